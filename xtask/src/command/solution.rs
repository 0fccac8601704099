//! `solution`: the fixes that work, beside one's own.

use anyhow::Context as _;
use exercise::{FixKind, fixes};
use progress::Progress;

use crate::exit::Outcome;
use crate::learner;
use crate::output::print;
use crate::question::ask;
use crate::report::{self, OtherFix};
use crate::repository::Repository;

/// The arguments of `solution`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Show it although the exercise is not solved.
    #[arg(long)]
    yes: bool,
}

/// Shows the right fixes as differences from the learner's file, with what each costs.
pub(crate) fn solution(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(id)?;
    let fixes = fixes(&repository.root, &exercise)?;
    if fixes.is_empty() {
        anstream::eprintln!("error: this copy of the katas came without solutions");
        return Ok(Outcome::BadUsage);
    }
    let progress = Progress::read(&repository.root)?;
    let before = progress.solved(id).is_none();
    if before && !progress.seen(id).solution && !arguments.yes {
        let question = format!("{id} is not solved yet, and `cargo xtask hint {id}` may be enough. Show the solution?");
        match ask(&question)? {
            None => return Ok(Outcome::BadUsage),
            Some(false) => return Ok(Outcome::Passed),
            Some(true) => {}
        }
    }
    let read = |path| {
        let path = repository.root.join(path);
        std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    };
    let own = read(exercise.source())?;
    let mut others = Vec::new();
    for fix in fixes {
        let (idea, trade_off) = match fix.kind {
            FixKind::Reference => (None, None),
            FixKind::Right { idea, trade_off } => (Some(idea), Some(trade_off)),
            FixKind::Wrong { .. } => continue,
        };
        others.push(OtherFix { text: read(fix.path.clone())?, path: fix.path, idea, trade_off });
    }
    print(&report::solution(&exercise, &own, &others))?;
    if before {
        learner::enter(&repository, |progress| progress.see_solution(id))?;
    }
    Ok(Outcome::Passed)
}
