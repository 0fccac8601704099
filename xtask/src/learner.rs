//! What the commands enter of what a learner has done.

use exercise::Id;
use kata_trace::Verdict;
use progress::{Progress, SetAside, forget_attempts, update};

use crate::repository::Repository;

/// Changes what is kept of the learner. A file that cannot be used is set aside, and what the stored verdicts still
/// tell is entered anew.
pub(crate) fn enter(repository: &Repository, change: impl FnOnce(&mut Progress)) -> anyhow::Result<()> {
    let workspace = repository.workspace();
    let scratch = workspace.scratch();
    let mut rebuilt = Vec::new();
    let rebuild = |progress: &mut Progress| {
        rebuilt = still_solved(repository);
        rebuilt.iter().for_each(|id| progress.solve(scratch, id));
    };
    let set_aside = update(&repository.root, scratch, rebuild, change)?;
    if let Some(SetAside { path, reason }) = set_aside {
        anstream::eprintln!("progress.toml could not be used and is now {}: {reason}", path.display());
        match rebuilt.as_slice() {
            [] => anstream::eprintln!("no stored verdict tells what was solved: `cargo xtask check` enters it again"),
            ids => {
                let ids: Vec<_> = ids.iter().map(Id::as_str).collect();
                anstream::eprintln!("the stored verdicts tell that these are solved: {}", ids.join(", "));
            }
        }
    }
    Ok(())
}

/// Enters a solved exercise.
pub(crate) fn solved(repository: &Repository, id: &Id) -> anyhow::Result<()> {
    let workspace = repository.workspace();
    enter(repository, |progress| progress.solve(workspace.scratch(), id))?;
    forget_attempts(workspace.scratch(), id)
}

/// The exercises whose files passed when they were checked last.
fn still_solved(repository: &Repository) -> Vec<Id> {
    let Ok(bench) = repository.bench() else { return Vec::new() };
    let passed = |id: &&Id| {
        let exercise = repository.catalogue.exercise(id).ok()?;
        let judgement = judge::remembered(bench, &exercise, &exercise.source()).ok()??;
        (judgement.verdict == Verdict::Passed).then_some(())
    };
    repository.catalogue.ids().iter().filter(|id| passed(id).is_some()).cloned().collect()
}
