//! What the tests of this world are written with.
#![allow(dead_code, reason = "no test needs all of it")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Debug;

use kata::harness::{Finding, Order};
use kata_shuttle::Settings;
use kata_trace::{Budget, DeadlockKind, Verdict};

std::thread_local! {
    static SEEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Remembers an outcome of the execution that is running. A scenario and its model run on the test's own thread.
pub(crate) fn seen(outcome: impl Debug) {
    let program = kata::arena::enter_program(false);
    SEEN.with_borrow_mut(|seen| seen.insert(format!("{outcome:?}")));
    kata::arena::enter_program(program);
}

/// Explores without a limit that matters here.
pub(crate) fn explore(scenario: fn()) -> Finding {
    kata_shuttle::run(scenario, &Budget::default(), Settings::default())
}

/// Explores with at most this many preemptions.
pub(crate) fn explore_up_to(preemptions: u32, scenario: fn()) -> Finding {
    let budget = Budget { preemptions: Some(preemptions), random_executions: 0, ..Budget::default() };
    kata_shuttle::run(scenario, &budget, Settings::default())
}

/// Repeats a schedule.
pub(crate) fn replay(scenario: fn(), schedule: &str) -> Finding {
    kata_shuttle::explore(Order { run: scenario, budget: Budget::default(), replay: Some(schedule.to_owned()) })
}

/// The outcomes that the scenario has [`seen`] in all executions there are.
#[track_caller]
pub(crate) fn outcomes(scenario: fn()) -> BTreeSet<String> {
    SEEN.with_borrow_mut(BTreeSet::clear);
    assert_holds(scenario);
    SEEN.with_borrow_mut(std::mem::take)
}

/// Asserts that a scenario has exactly these outcomes.
#[track_caller]
pub(crate) fn assert_outcomes<T: Debug>(scenario: fn(), expected: impl IntoIterator<Item = T>) {
    assert_eq!(outcomes(scenario), texts(expected));
}

/// The outcomes that the scenario has [`seen`] in executions with at most this many preemptions.
#[track_caller]
pub(crate) fn outcomes_up_to(preemptions: u32, scenario: fn()) -> BTreeSet<String> {
    SEEN.with_borrow_mut(BTreeSet::clear);
    let finding = explore_up_to(preemptions, scenario);
    assert_passed(&finding);
    assert_eq!(finding.evidence.preemption_bound, Some(preemptions));
    SEEN.with_borrow_mut(std::mem::take)
}

/// Asserts that a scenario has exactly these outcomes in executions with at most this many preemptions.
#[track_caller]
pub(crate) fn assert_outcomes_up_to<T: Debug>(preemptions: u32, scenario: fn(), expected: impl IntoIterator<Item = T>) {
    assert_eq!(outcomes_up_to(preemptions, scenario), texts(expected));
}

fn texts<T: Debug>(outcomes: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    outcomes.into_iter().map(|outcome| format!("{outcome:?}")).collect()
}

/// Asserts that a scenario held in every execution there is, and returns how many there are.
#[track_caller]
pub(crate) fn assert_holds(scenario: fn()) -> u64 {
    let finding = explore(scenario);
    assert_passed(&finding);
    assert!(finding.evidence.exhaustive, "not exhaustive: {:?}", finding.evidence);
    finding.evidence.executions
}

/// Asserts that a search found nothing.
#[track_caller]
pub(crate) fn assert_passed(finding: &Finding) {
    assert_eq!(finding.verdict, Verdict::Passed, "{}{}", finding.message, story(finding));
}

/// Asserts that a scenario fails in this way, that its schedule repeats the failure, and returns the finding.
#[track_caller]
pub(crate) fn assert_fails(scenario: fn(), verdict: Verdict) -> Finding {
    let finding = explore(scenario);
    assert_eq!(finding.verdict, verdict, "{}{}", finding.message, story(&finding));
    let again = replay(scenario, finding.schedule.as_deref().expect("a failure has a schedule"));
    assert_eq!(again.verdict, verdict, "replayed: {}", again.message);
    assert_eq!(again.trace, finding.trace, "a replay repeats the execution");
    assert_eq!(again.kind, finding.kind);
    finding
}

/// Asserts that a scenario ends in a deadlock of this kind.
#[track_caller]
pub(crate) fn assert_deadlocks(scenario: fn(), kind: DeadlockKind) -> Finding {
    let finding = assert_fails(scenario, Verdict::Deadlock);
    assert_eq!(finding.kind, Some(kind), "{}", story(&finding));
    finding
}

/// The events of a finding's trace, a line each.
pub(crate) fn story(finding: &Finding) -> String {
    let Some(trace) = &finding.trace else { return String::new() };
    let mut text = format!("\nschedule {}\n", finding.schedule.as_deref().unwrap_or("unknown"));
    for event in &trace.events {
        let preemption = if event.preemption { '!' } else { ':' };
        let blocked = if event.blocked { " blocked" } else { "" };
        let line = event.at.as_ref().map_or(0, |at| at.line);
        text += &format!(
            "{}{preemption} {:?}{blocked} object {:?} ok {:?} {:?}->{:?} :{line} {}\n",
            trace.thread_name(event.thread),
            event.op,
            event.object,
            event.ok,
            event.before,
            event.after,
            event.text.as_deref().unwrap_or_default(),
        );
    }
    text
}
