//! `list`: all exercises.

use crate::exit::Outcome;
use crate::output::print;
use crate::progress::Progress;
use crate::report;
use crate::repository::Repository;

/// Prints the exercises by track, with a mark for the solved ones.
pub(crate) fn list() -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let progress = Progress::read(&repository.root)?;
    let mut rows = Vec::new();
    for id in repository.catalogue.ids() {
        match repository.catalogue.exercise(id) {
            Ok(exercise) => rows.push((exercise, progress.solved(id).is_some())),
            Err(error) => anstream::eprintln!("warning: {id} is left out: {error}"),
        }
    }
    print(&report::list(&rows))?;
    if let Some(complaint) = progress.complaint() {
        anstream::eprintln!("warning: {complaint}");
    }
    Ok(Outcome::Passed)
}
