//! `check`: judge the solution of an exercise.

use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::Context as _;
use exercise::{Exercise, Id};
use judge::{Judged, Judgement, Options};
use kata_trace::Verdict;

use crate::exit::Outcome;
use crate::output::print;
use crate::progress::{Progress, count_attempt, record};
use crate::report;
use crate::repository::{Repository, say};

/// The arguments of `check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Judge this file in place of yours; a pass awards nothing.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Print one JSON object on the standard output.
    #[arg(long)]
    json: bool,
}

/// Judges a solution and says what was found.
pub(crate) fn check(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    if let Some(file) = arguments.file.as_ref().filter(|file| !file.is_file()) {
        anstream::eprintln!("error: there is no file {}", file.display());
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
    }
    if arguments.file.is_none() {
        keep_score(&repository, id, &judged)?;
        if judgement.verdict == Verdict::Passed && !arguments.json {
            let next = Progress::read(&repository.root)?.first_unsolved(&repository.catalogue).cloned();
            print(&format!("\n{}", report::next(next.as_ref())))?;
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
    let file = match &arguments.file {
        Some(file) => std::path::absolute(file).with_context(|| format!("cannot find {}", file.display()))?,
        None => exercise.source(),
    };
    let jobs = available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options { remember: true, jobs };
    let judged = judge::judge(&repository.bench()?, &exercise, &file, options, &mut say)?;
    Ok((exercise, judged))
}

fn keep_score(repository: &Repository, id: &Id, judged: &Judged) -> anyhow::Result<()> {
    let workspace = repository.workspace();
    match judged.judgement.verdict {
        Verdict::Passed => record(&repository.root, workspace.scratch(), id),
        Verdict::InternalError => Ok(()),
        _ if judged.remembered => Ok(()),
        _ => count_attempt(workspace.scratch(), id),
    }
}

fn print_json(judgement: &Judgement) -> anyhow::Result<()> {
    print(&(serde_json::to_string(&judgement.without_colours()).context("a judgement has only string keys")? + "\n"))?;
    Ok(())
}
