//! The scenarios of a program, a few at a time, up to the first that fails.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use exercise::{Engine, Exercise};
use kata_trace::{Record, Verdict};

use crate::child::Cancel;
use crate::compile::Program;
use crate::process::Way;
use crate::scenario::Scenario;
use crate::verdict::millis;
use crate::{Error, Options, ScenarioResult, process};

/// A scenario that has run.
pub(crate) struct Ran {
    pub(crate) result: ScenarioResult,
    pub(crate) record: Record,
}

type Slot = Mutex<Option<Result<Ran, Error>>>;

/// Runs the scenarios and returns them in the order of the file, up to the first that failed unless every one is asked
/// for. Which one that is does not depend on the order in which they end: whatever comes before it runs to its end.
pub(crate) fn run(
    exercise: &Exercise,
    engine: Engine,
    program: &Program,
    scenarios: &[Scenario],
    options: Options<'_>,
) -> Result<Vec<Ran>, Error> {
    let slots: Vec<(Cancel, Slot)> = scenarios.iter().map(|_| Default::default()).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(scenario), Some((cancel, slot))) = (scenarios.get(index), slots.get(index)) else { break };
            if cancel.is_cancelled() {
                break;
            }
            let started = Instant::now();
            let budget = exercise.manifest.budget(&scenario.name);
            let grades = exercise.manifest.grades(&scenario.name);
            let ran = match process::run(program, &scenario.name, budget, grades, Way::Explore, cancel) {
                Ok(None) => continue,
                Ok(Some(record)) => Ok(Ran { result: result(engine, scenario, &record, started), record }),
                Err(error) => Err(error),
            };
            let failed = ran.as_ref().map_or(true, |ran| ran.result.verdict != Verdict::Passed);
            *slot.lock().expect("nothing panics while it holds this") = Some(ran);
            if failed && !options.every_scenario {
                slots[index + 1..].iter().for_each(|(cancel, _)| cancel.cancel());
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..options.jobs.min(scenarios.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut finished = Vec::new();
    for (_, slot) in slots {
        let Some(ran) = slot.into_inner().expect("nothing panics while it holds this") else { break };
        let ran = ran?;
        let failed = ran.result.verdict != Verdict::Passed;
        finished.push(ran);
        if failed && !options.every_scenario {
            break;
        }
    }
    Ok(finished)
}

/// What is told of a scenario that has run since `started`.
pub(crate) fn result(engine: Engine, scenario: &Scenario, record: &Record, started: Instant) -> ScenarioResult {
    ScenarioResult {
        name: scenario.name.clone(),
        about: scenario.about.clone(),
        engine,
        verdict: record.verdict,
        executions: record.evidence.executions,
        exhaustive: record.evidence.exhaustive,
        preemption_bound: record.evidence.preemption_bound,
        seed: record.evidence.seed,
        inputs: record.evidence.inputs,
        outcomes: record.outcomes.clone(),
        ms: millis(started.elapsed()),
    }
}
