//! The simplest execution that fails as the one that was found, looked for in a process of its own: whatever goes wrong
//! there, what was found stands.

use exercise::{Engine, Exercise};
use kata_trace::{Budget, Record};

use crate::child::Cancel;
use crate::compile::Program;
use crate::process::Way;
use crate::{Error, process};

/// The processor time that is worth spending on it. Only programs that compute for long between their steps reach it.
const CPU_SECONDS: u64 = 2;

/// The same failure in the simplest execution that its world can make of it. What was explored stays as it is.
///
/// # Errors
/// The process cannot be started.
pub(crate) fn simplest(engine: Engine, program: &Program, exercise: &Exercise, found: Record) -> Result<Record, Error> {
    let Some(tokens) = found.schedule.as_deref().filter(|_| engine == Engine::Shuttle) else { return Ok(found) };
    let (budget, grades) = (exercise.manifest.budget(&found.scenario), exercise.manifest.grades(&found.scenario));
    let budget = Budget {
        cpu_seconds: budget.cpu_seconds.min(CPU_SECONDS),
        wall_seconds: budget.wall_seconds.min(5 * CPU_SECONDS),
        ..budget.clone()
    };
    let way = Way::Simplify(tokens);
    let answer = process::run(program, &found.scenario, &budget, grades, way, &Cancel::default())?;
    let same = |answer: &Record| (answer.verdict, answer.kind) == (found.verdict, found.kind);
    Ok(match answer.filter(|answer| answer.simplification.is_some() && same(answer)) {
        Some(simplest) => Record { evidence: found.evidence, outcomes: found.outcomes, ..simplest },
        None => found,
    })
}
