//! `check`: judge the solution of an exercise.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Exercise, Id};
use judge::{Judged, Judgement, Recognised, Recogniser};
use kata_trace::Verdict;
use progress::{Progress, Standing, count_attempt};

use crate::confinement::Wanted;
use crate::exit::Outcome;
use crate::known::Known;
use crate::output::print;
use crate::repository::Repository;
use crate::{judging, learner, report};

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Judge this file in place of yours; a pass awards nothing.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// What keeps the program from the rest of the machine; what is at hand, if this is left out.
    #[arg(long, value_name = "SANDBOX")]
    sandbox: Option<Wanted>,
    /// Print one JSON object on the standard output.
    #[arg(long)]
    json: bool,
}

/// Judges a solution and says what was found.
pub(crate) fn check(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    if !judging::exists(arguments.file.as_deref()) {
        return Ok(Outcome::BadUsage);
    }
    let (exercise, judged) = match judge(&repository, id, arguments) {
        Ok(found) => found,
        Err(error) if arguments.json => {
            print_json(&Judgement::internal_error(id, format!("{error:#}")))?;
            return Ok(Outcome::InternalError);
        }
        Err(error) => return Err(error),
    };
    let judgement = &judged.judgement;
    if arguments.json {
        print_json(judgement)?;
    } else if judgement.verdict == Verdict::Passed {
        print(&report::passed(&exercise, judgement))?;
    } else {
        print(&report::failed(&repository.root, &exercise, judgement))?;
        if let Some(known) = recognise(&repository, &exercise, arguments.file.as_deref(), judgement)? {
            print(&report::lesson(&known))?;
        }
    }
    if arguments.file.is_none() {
        Known::meet(&repository, &exercise)?;
        let solved_before = Progress::read(&repository.root)?.solved(id).is_some();
        keep_score(&repository, id, &judged)?;
        if judgement.verdict == Verdict::Passed && !arguments.json {
            let progress = Progress::read(&repository.root)?;
            if !solved_before {
                let exercises = repository.exercises();
                let standing = Standing::new(&progress, &exercises);
                print(&report::award(&exercise, &standing))?;
            }
            let next = progress.first_unsolved(&repository.catalogue);
            print(&format!("\n{}", report::next(next)))?;
        }
    }
    Ok(match judgement.verdict {
        Verdict::Passed => Outcome::Passed,
        Verdict::InternalError => Outcome::InternalError,
        _ => Outcome::NotPassed,
    })
}

fn judge(repository: &Repository, id: &Id, arguments: &Arguments) -> anyhow::Result<(Exercise, Judged)> {
    let exercise = repository.catalogue.exercise(id)?;
    let file = judging::file(&exercise, arguments.file.as_deref())?;
    repository.confined_bench(arguments.sandbox)?;
    let judged = judging::judge(repository, &exercise, &file)?;
    Ok((exercise, judged))
}

/// The wrong fix of the corpus that the file is like. A repository without solutions knows none.
fn recognise(
    repository: &Repository,
    exercise: &Exercise,
    asked: Option<&Path>,
    judgement: &Judgement,
) -> anyhow::Result<Option<Recognised>> {
    if !repository.root.join(exercise.solutions()).is_dir() {
        return Ok(None);
    }
    let file = repository.root.join(judging::file(exercise, asked)?);
    // A file that is no text was refused: it is like nothing.
    let Ok(text) = std::fs::read_to_string(&file) else { return Ok(None) };
    Ok(Recogniser::new(&repository.workspace(), exercise)?.recognise(&text, judgement)?)
}

fn keep_score(repository: &Repository, id: &Id, judged: &Judged) -> anyhow::Result<()> {
    let workspace = repository.workspace();
    match judged.judgement.verdict {
        Verdict::Passed => learner::solved(repository, id),
        Verdict::InternalError => Ok(()),
        _ if judged.remembered => Ok(()),
        _ => count_attempt(workspace.scratch(), id),
    }
}

fn print_json(judgement: &Judgement) -> anyhow::Result<()> {
    print(&(serde_json::to_string(&judgement.without_colours()).context("a judgement has only string keys")? + "\n"))?;
    Ok(())
}
