//! `check`: judge the solution of an exercise.

use std::path::PathBuf;
use std::thread::available_parallelism;

use anyhow::Context as _;
use exercise::Exercise;
use judge::{Judged, Judgement, Options};
use kata_trace::Verdict;

use crate::exit::Outcome;
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
    let Some(exercise) = repository.exercise(&arguments.exercise)? else { return Ok(Outcome::BadUsage) };
    if let Some(file) = arguments.file.as_ref().filter(|file| !file.is_file()) {
        anstream::eprintln!("error: there is no file {}", file.display());
        return Ok(Outcome::BadUsage);
    }
    let judged = match judge(&repository, &exercise, arguments) {
        Ok(judged) => judged,
        Err(error) if arguments.json => {
            let judgement = Judgement::internal_error(&exercise.id, format!("{error:#}"));
            print_json(&judgement)?;
            return Ok(Outcome::InternalError);
        }
        Err(error) => return Err(error),
    };
    let passed = judged.judgement.verdict == Verdict::Passed;
    if arguments.file.is_none() {
        keep_score(&repository, &exercise, &judged)?;
    }
    if arguments.json {
        print_json(&judged.judgement)?;
    } else if passed {
        anstream::print!("{}", report::passed(&exercise, &judged.judgement));
        if arguments.file.is_none() {
            let next = Progress::read(&repository.root)?.first_unsolved(&repository.catalogue).cloned();
            anstream::print!("\n{}", report::next(next.as_ref()));
        }
    } else {
        anstream::print!("{}", report::failed(&repository.root, &exercise, &judged.judgement));
    }
    Ok(if passed { Outcome::Passed } else { Outcome::NotPassed })
}

fn judge(repository: &Repository, exercise: &Exercise, arguments: &Arguments) -> anyhow::Result<Judged> {
    let file = match &arguments.file {
        Some(file) => std::path::absolute(file).with_context(|| format!("cannot find {}", file.display()))?,
        None => exercise.source(),
    };
    let jobs = available_parallelism().map_or(1, std::num::NonZero::get);
    let options = Options { remember: true, jobs };
    Ok(judge::judge(&repository.bench()?, exercise, &file, options, &mut say)?)
}

fn keep_score(repository: &Repository, exercise: &Exercise, judged: &Judged) -> anyhow::Result<()> {
    let workspace = repository.workspace();
    if judged.judgement.verdict == Verdict::Passed {
        record(&repository.root, workspace.scratch(), &exercise.id)
    } else if judged.remembered {
        Ok(())
    } else {
        count_attempt(workspace.scratch(), &exercise.id)
    }
}

fn print_json(judgement: &Judgement) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(&judgement.without_colours()).context("a judgement has only string keys")?);
    Ok(())
}
