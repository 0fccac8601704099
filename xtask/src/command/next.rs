//! `next`: the exercise to go on with.

use progress::Progress;

use crate::exit::Outcome;
use crate::output::print;
use crate::report;
use crate::repository::Repository;

/// Prints the first exercise, in the learning order, that is not solved.
pub(crate) fn next() -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let progress = Progress::read(&repository.root)?;
    let exercise = match progress.first_unsolved(&repository.catalogue) {
        Some(id) => Some(repository.catalogue.exercise(id)?),
        None => None,
    };
    print(&report::next_exercise(exercise.as_ref()))?;
    if let Some(complaint) = progress.complaint() {
        anstream::eprintln!("warning: {complaint}");
    }
    Ok(Outcome::Passed)
}
