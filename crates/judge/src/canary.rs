//! A scenario that must fail: a program in which it does not has got hold of the checker.

use exercise::Exercise;
use kata_trace::{Record, Verdict};

use crate::child::Cancel;
use crate::compile::{CANARY, Program};
use crate::process::{self, Way};
use crate::{Error, Scenario};

/// Runs the canary. The record of a program in which it did not fail as it must; `None` where all is well.
pub(crate) fn freed(exercise: &Exercise, program: &Program, first: &Scenario) -> Result<Option<Record>, Error> {
    // It consists of this scenario, and then fails.
    let budget = exercise.manifest.budget(&first.name);
    let grades = exercise.manifest.grades(&first.name);
    let record = process::run(program, CANARY, budget, grades, Way::Explore, &Cancel::default())?;
    let record = record.expect("nobody cancels this");
    let failed = !matches!(record.verdict, Verdict::Passed | Verdict::NoVerdict | Verdict::Tampered | Verdict::Crashed);
    if failed {
        return Ok(None);
    }
    let message = format!("a scenario that must fail did not: {}", record.verdict);
    Ok(Some(Record { verdict: Verdict::Tampered, message, scenario: first.name.clone(), ..record }))
}
