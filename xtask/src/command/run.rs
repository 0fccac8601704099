//! `run`: the symptom, for real.

use std::time::Duration;

use judge::demo::{Demo, Ending};

use crate::exit::Outcome;
use crate::output::print;
use crate::report;
use crate::repository::Repository;

/// Demos take a second or two: one that runs for so long has stopped moving.
const LIMIT: Duration = Duration::from_secs(20);

/// The arguments of `run`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock); without one, the next exercise to solve.
    exercise: Option<String>,
    /// Run it so often, without its output, and count how often the symptom shows.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    times: u32,
}

/// Runs the exercise's program, which is no verdict: it may look well although it is broken.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.exercise_or_next(arguments.exercise.as_deref())? else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(&id)?;
    let bench = repository.bench()?;
    let Some(demo) = Demo::build(bench, &exercise)? else { return Ok(Outcome::NotPassed) };
    let quiet = arguments.times > 1;
    let mut endings: Vec<Ending> = Vec::new();
    for _ in 0..arguments.times {
        endings.push(demo.run(LIMIT, quiet)?);
    }
    print(&report::runs(&exercise, &endings, LIMIT))?;
    Ok(if endings.iter().all(|ending| ending.is_well()) { Outcome::Passed } else { Outcome::NotPassed })
}
