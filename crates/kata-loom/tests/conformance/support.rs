//! Exploring from a test.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use kata::harness::Finding;
use kata_loom::explore_with;
use kata_trace::{Budget, Event, Op, Verdict};

/// Explores a scenario.
pub(crate) fn explore(scenario: impl Fn() + Send + Sync + 'static) -> Finding {
    explore_with(Budget { executions: 200_000, ..Budget::default() }, None, scenario)
}

/// The scenario holds in every execution.
#[track_caller]
pub(crate) fn passes(scenario: impl Fn() + Send + Sync + 'static) -> Finding {
    let finding = explore(scenario);
    assert_eq!(finding.verdict, Verdict::Passed, "{}", finding.message);
    assert!(finding.evidence.exhaustive, "{:?}", finding.evidence);
    finding
}

/// Everything that the scenario can return.
#[track_caller]
pub(crate) fn outcomes<R: Ord + Clone + Send + 'static>(
    scenario: impl Fn() -> R + Send + Sync + 'static,
) -> BTreeSet<R> {
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let outcomes = Arc::clone(&seen);
    passes(move || {
        let outcome = scenario();
        // What outlives the execution must not lie in the program's memory.
        let inside = kata::arena::enter_program(false);
        seen.lock().unwrap().insert(outcome.clone());
        kata::arena::enter_program(inside);
    });
    let outcomes = outcomes.lock().unwrap();
    outcomes.clone()
}

/// The scenario fails with a verdict.
#[track_caller]
pub(crate) fn fails(verdict: Verdict, scenario: impl Fn() + Send + Sync + 'static) -> Finding {
    let finding = explore(scenario);
    assert_eq!(finding.verdict, verdict, "{}", finding.message);
    finding
}

/// The operations of a failure's trace: thread, operation, whether it is blocked.
pub(crate) fn events(finding: &Finding) -> Vec<(u16, Op, bool)> {
    let trace = finding.trace.as_ref().expect("a failure has a trace");
    trace.events.iter().map(|event: &Event| (event.thread, event.op, event.blocked)).collect()
}

/// A set of what can be compared.
pub(crate) fn set<T: Ord, const N: usize>(values: [T; N]) -> BTreeSet<T> {
    BTreeSet::from(values)
}
