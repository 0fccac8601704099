//! `progress`: what is solved.

use crate::exit::Outcome;
use crate::output::print;
use crate::progress::Progress;
use crate::report;
use crate::repository::Repository;

/// Prints the solved exercises, and how many there are in all.
pub(crate) fn progress() -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let progress = Progress::read(&repository.root)?;
    let rows: Vec<_> = repository.catalogue.ids().iter().map(|id| progress.standing(id)).collect();
    print(&report::progress(&rows))?;
    if let Some(complaint) = progress.complaint() {
        anstream::eprintln!("warning: {complaint}");
    }
    Ok(Outcome::Passed)
}
