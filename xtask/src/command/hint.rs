//! `hint`: the next hint, and no more.

use exercise::{Exercise, Hint};
use kata_trace::Verdict;
use progress::Progress;

use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::print;
use crate::question::ask;
use crate::repository::Repository;
use crate::{learner, report};

/// The arguments of `hint`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock); without one, the next exercise to solve.
    exercise: Option<String>,
    /// Show all of them, after a question.
    #[arg(long)]
    all: bool,
    /// Answer the question with yes.
    #[arg(long, requires = "all")]
    yes: bool,
}

/// Shows the next stage of help with an exercise, and enters that it was read.
pub(crate) fn hint(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.exercise_or_next(arguments.exercise.as_deref())? else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(&id)?;
    let verdict = Failure::own(repository.workspace().scratch(), &exercise).map(|failure| failure.verdict);
    let hints = suitable(&exercise, verdict);
    let seen = Progress::read(&repository.root)?.seen(&id).hints;
    let unseen = hints.iter().filter(|hint| i64::from(hint.stage.number()) > seen).count();
    let shown: &[&Hint] = if arguments.all {
        let question = format!("{unseen} of the {} hints for {id} are new. Read them all?", hints.len());
        if unseen > 0 && !arguments.yes {
            match ask(&question)? {
                None => return Ok(Outcome::BadUsage),
                Some(false) => return Ok(Outcome::Passed),
                Some(true) => {}
            }
        }
        &hints
    } else {
        let next = hints.iter().position(|hint| i64::from(hint.stage.number()) > seen);
        let at = next.unwrap_or(hints.len().saturating_sub(1));
        hints.get(at..=at).unwrap_or_default()
    };
    print(&report::hints(&exercise, shown, &hints, arguments.all || unseen > 0))?;
    let stage = shown.iter().map(|hint| i64::from(hint.stage.number())).max();
    if let Some(stage) = stage.filter(|stage| *stage > seen) {
        learner::enter(&repository, |progress| progress.see_hints(&id, stage))?;
    }
    Ok(Outcome::Passed)
}

/// One hint for each stage: the one that speaks to how the last check failed, where there is one.
fn suitable(exercise: &Exercise, verdict: Option<Verdict>) -> Vec<&Hint> {
    let mut hints: Vec<&Hint> = Vec::new();
    let fit = exercise.manifest.hints.iter().filter(|hint| hint.suits(verdict));
    for hint in fit {
        match hints.iter_mut().find(|other| other.stage == hint.stage) {
            Some(other) if other.verdicts.is_empty() => *other = hint,
            Some(_) => {}
            None => hints.push(hint),
        }
    }
    hints.sort_by_key(|hint| hint.stage);
    hints
}
