//! `reset`: the program as it was shipped.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::exit::Outcome;
use crate::output::print;
use crate::repository::Repository;

/// The arguments of `reset`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
}

/// Puts the starter in the place of the learner's file, which is kept.
pub(crate) fn reset(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(id)?;
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let (starter, file) = (read(&repository.root.join(exercise.starter()))?, exercise.source());
    let own = read(&repository.root.join(&file))?;
    if own == starter {
        print(&format!("{} is as it was shipped already\n", file.display()))?;
        return Ok(Outcome::Passed);
    }
    let kept = keep(&repository.root.join(exercise.directory()).join("kept"), &own)?;
    progress::replace(&repository.root.join(&file), &starter)?;
    let kept = repository.workspace().shown(&kept);
    print(&format!("{} is as it was shipped\nyour version is {}\n", file.display(), kept.display()))?;
    Ok(Outcome::Passed)
}

/// Writes a version of the learner's file to where no other one is.
fn keep(folder: &Path, text: &[u8]) -> anyhow::Result<PathBuf> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    for number in 1.. {
        let path = folder.join(format!("lib-{number}.rs"));
        let mut file = match std::fs::File::create_new(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            created => created.with_context(|| format!("cannot create {}", path.display()))?,
        };
        let written = file.write_all(text).and_then(|()| file.sync_all());
        written.with_context(|| format!("cannot write {}", path.display()))?;
        return Ok(path);
    }
    unreachable!("there is always a next number")
}
