//! `new`: an exercise to begin with.

use std::path::Path;

use anyhow::Context as _;
use exercise::{Id, Track};

use crate::command::list::track;
use crate::exit::Outcome;
use crate::output::print;
use crate::repository::Repository;

/// Where each file goes, and what it says.
const FILES: [(&str, &str); 11] = [
    ("exercises/{id}/Cargo.toml", include_str!("../../templates/exercise/Cargo.toml")),
    ("exercises/{id}/README.md", include_str!("../../templates/exercise/README.md")),
    ("exercises/{id}/exercise.toml", include_str!("../../templates/exercise/exercise.toml")),
    ("exercises/{id}/hidden/shuttle.rs", include_str!("../../templates/exercise/hidden/shuttle.rs")),
    ("exercises/{id}/src/lib.rs", include_str!("../../templates/exercise/src/lib.rs")),
    ("exercises/{id}/src/main.rs", include_str!("../../templates/exercise/src/main.rs")),
    ("solutions/{id}/README.md", include_str!("../../templates/solution/README.md")),
    ("solutions/{id}/lib.rs", include_str!("../../templates/solution/lib.rs")),
    ("solutions/{id}/starter.rs", include_str!("../../templates/exercise/src/lib.rs")),
    ("solutions/{id}/right/lock.rs", include_str!("../../templates/solution/right/lock.rs")),
    ("solutions/{id}/wrong/look_twice.rs", include_str!("../../templates/solution/wrong/look_twice.rs")),
];

/// The arguments of `new`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The id: a number that is free, and a slug (66-my-pitfall).
    #[arg(value_parser = id)]
    id: Id,
    /// The track it belongs to.
    #[arg(long, value_parser = track, default_value = "shared-state")]
    track: Track,
}

/// Writes an exercise that compiles and is judged, with marks where the author has to write.
pub(crate) fn new(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Arguments { id, track } = arguments;
    if let Some(other) = repository.catalogue.ids().iter().find(|other| other.number() == id.number()) {
        anstream::eprintln!("error: {other} has this number already");
        return Ok(Outcome::BadUsage);
    }
    let number = format!("{:02}", id.number());
    let crate_name = id.crate_name();
    let words = [
        ("{id}", id.as_str()),
        ("{slug}", id.slug()),
        ("{crate}", &crate_name),
        ("{number}", &number),
        ("{track}", track.name()),
    ];
    let fill = |text: &str| words.iter().fold(text.to_owned(), |text, (mark, word)| text.replace(mark, word));
    for (path, text) in FILES {
        write(&repository.root.join(fill(path)), &fill(text))?;
    }
    print(&format!(
        "exercises/{id} and solutions/{id} are there, and compile\n`cargo xtask verify {id}` says what is missing\n"
    ))?;
    Ok(Outcome::Passed)
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path.parent().context("a file is in a folder")?;
    let write = || {
        std::fs::create_dir_all(folder)?;
        let mut file = std::fs::File::create_new(path)?;
        std::io::Write::write_all(&mut file, text.as_bytes())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}

fn id(name: &str) -> Result<Id, String> {
    name.parse().map_err(|_| "an id is a number of two digits at least, and a slug: 66-my-pitfall".to_owned())
}
