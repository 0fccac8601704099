//! What the commands that judge a solution share.

use std::path::{Path, PathBuf};
use std::thread::available_parallelism;

use anyhow::Context as _;
use exercise::{Engine, Exercise};
use judge::{Judged, Options};

use crate::failure::Failure;
use crate::repository::{Repository, say};

/// Whether the file that was asked for, if any, is there. If not, it says so on the standard error.
pub(crate) fn exists(asked: Option<&Path>) -> bool {
    let missing = asked.filter(|file| !file.is_file());
    missing.inspect(|file| anstream::eprintln!("error: there is no file {}", file.display())).is_none()
}

/// The file to judge: the one that was asked for, or the learner's.
pub(crate) fn file(exercise: &Exercise, asked: Option<&Path>) -> anyhow::Result<PathBuf> {
    let Some(file) = asked else { return Ok(exercise.source()) };
    std::path::absolute(file).with_context(|| format!("cannot find {}", file.display()))
}

/// The names of an exercise's scenarios in a world; none where its hidden tests cannot be read.
pub(crate) fn scenarios(repository: &Repository, exercise: &Exercise, engine: Engine) -> Vec<String> {
    let hidden = std::fs::read_to_string(repository.root.join(exercise.hidden(engine))).unwrap_or_default();
    let scenarios = judge::scenarios(&hidden).unwrap_or_default();
    scenarios.into_iter().map(|scenario| scenario.name).collect()
}

/// Judges a file, and keeps how it failed for `replay`.
pub(crate) fn judge(repository: &Repository, exercise: &Exercise, file: &Path) -> anyhow::Result<Judged> {
    let jobs = available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options { remember: true, jobs, ..Options::default() };
    let judged = judge::judge(repository.confined_bench(None)?, exercise, file, options, &mut say)?;
    if let Some(failure) = Failure::of(&judged.judgement, &repository.workspace().shown(file)) {
        failure.store(repository.workspace().scratch(), exercise)?;
    }
    Ok(judged)
}
