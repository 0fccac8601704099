//! One schedule of one scenario, run again.

use std::path::Path;
use std::time::Instant;

use exercise::{Engine, Exercise};
use kata_trace::{Divergence, Trace};

use crate::child::Cancel;
use crate::excerpt::Source;
use crate::process::Way;
use crate::verdict::{Milliseconds, millis};
use crate::{Bench, Error, Judgement, Step, Text, lint, prepare, process, read, run};

/// Which execution to repeat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule<'a> {
    /// The world that it was found in.
    pub engine: Engine,
    /// The scenario.
    pub scenario: &'a str,
    /// The tokens of [`Judgement::schedule`]. The empty schedule is the execution that the world explores first,
    /// and `#7` the seventh, or the last one if there are fewer: [`Judgement::evidence`] tells its number.
    pub tokens: &'a str,
}

/// What came of it.
#[derive(Debug)]
pub enum Replayed {
    /// It ran, or the file was refused. For a pass, too, [`Judgement::execution`] tells how it went.
    Ran(Box<Judgement>),
    /// The schedule does not apply to this program.
    Diverged {
        /// Where.
        divergence: Divergence,
        /// What went before, if the world can tell.
        before: Option<Trace>,
    },
}

/// Runs one schedule of `file`. Nothing is remembered: the same schedule of the same file gives the same trace.
///
/// # Errors
/// The file cannot be read, there is no such scenario, or something fails that is no fault of the file.
pub fn replay(
    bench: &Bench,
    exercise: &Exercise,
    file: &Path,
    schedule: Schedule<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Replayed, Error> {
    rerun(bench, exercise, file, schedule, false, report)
}

/// As [`replay`], and makes the execution simpler if it fails: [`Judgement::simplification`] tells how much.
///
/// # Errors
/// As [`replay`].
pub fn simplify(
    bench: &Bench,
    exercise: &Exercise,
    file: &Path,
    schedule: Schedule<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Replayed, Error> {
    rerun(bench, exercise, file, schedule, true, report)
}

fn rerun(
    bench: &Bench,
    exercise: &Exercise,
    file: &Path,
    schedule: Schedule<'_>,
    simplify: bool,
    report: &mut dyn FnMut(Step),
) -> Result<Replayed, Error> {
    let started = Instant::now();
    let (shown, bytes) = read(bench, file)?;
    let shown = shown.to_string_lossy();
    let rejected = |rejection| Ok(Replayed::Ran(Box::new(Judgement::rejected(&exercise.id, rejection))));
    let text = match lint::lint(exercise, &shown, &bytes) {
        Ok(text) => text,
        Err(rejection) => return rejected(rejection),
    };
    let text = Text::in_its_place(Source { name: &shown, text });
    let mut ms = Milliseconds::default();
    let prepared = match prepare(bench, exercise, schedule.engine, text, &mut ms, report)? {
        Ok(prepared) => prepared,
        Err(rejection) => return rejected(rejection),
    };
    let Some(scenario) = prepared.scenarios.iter().find(|scenario| scenario.name == schedule.scenario) else {
        return Err(Error::new(format!("{} has no scenario `{}`", exercise.id, schedule.scenario)));
    };
    let budget = exercise.manifest.budget(&scenario.name);
    let running = Instant::now();
    let grades = exercise.manifest.grades(&scenario.name);
    let way = if simplify { Way::Simplify(schedule.tokens) } else { Way::Replay(schedule.tokens) };
    let record = process::run(&prepared.program, &scenario.name, budget, grades, way, &Cancel::default())?;
    let mut record = record.expect("nobody cancels this");
    ms.run = millis(running.elapsed());
    if let Some(trace) = &mut record.trace {
        prepared.names.give(trace);
    }
    if let Some(divergence) = record.diverged {
        return Ok(Replayed::Diverged { divergence, before: record.trace });
    }
    let result = run::result(schedule.engine, scenario, &record, running);
    ms.total = millis(started.elapsed());
    let judgement = Judgement::ended(&exercise.id, schedule.engine, record, vec![result]);
    Ok(Replayed::Ran(Box::new(Judgement { ms, ..judgement })))
}
