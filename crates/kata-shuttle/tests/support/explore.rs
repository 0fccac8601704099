//! What the tests of this world are written with.
#![allow(dead_code, reason = "no test needs all of it")]

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Debug;

use kata::harness::{Finding, Order};
use kata_shuttle::Settings;
use kata_trace::diagnosis::Signature;
use kata_trace::{Budget, DeadlockKind, Simplification, Size, Verdict};

std::thread_local! {
    pub(crate) static SEEN: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
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
    kata_shuttle::explore(order(scenario, schedule))
}

/// Repeats a schedule that fails, and makes it simpler.
pub(crate) fn simplify(scenario: fn(), schedule: &str) -> Finding {
    kata_shuttle::explore(Order { simplify: true, ..order(scenario, schedule) })
}

/// Follows a schedule and stops at the first decision behind it.
pub(crate) fn stand(scenario: fn(), schedule: &str) -> Finding {
    kata_shuttle::explore(Order { stop: true, ..order(scenario, schedule) })
}

fn order(run: fn(), schedule: &str) -> Order {
    Order { replay: Some(schedule.to_owned()), ..Order::new(run) }
}

/// Explores by random search alone.
pub(crate) fn explore_at_random(scenario: fn(), seed: u64) -> Finding {
    let budget = Budget { executions: 1, random_executions: 5_000, seed, ..Budget::default() };
    kata_shuttle::run(scenario, &budget, Settings::default())
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
    assert_simplifies(scenario, &finding);
    finding
}

/// Asserts that what is left of a failure after its simplification is the same failure, is no larger, can be repeated,
/// and cannot be made simpler. Returns how much simpler it is.
#[track_caller]
pub(crate) fn assert_simplifies(scenario: fn(), found: &Finding) -> Simplification {
    let simplest = simplify(scenario, found.schedule.as_deref().expect("a failure has a schedule"));
    let simplification = simplest.simplification.expect("a failure that repeats is simplified");
    assert!(simplification.to <= simplification.from, "{simplification:?}{}", story(&simplest));
    assert_eq!(signature(&simplest), signature(found), "{}{}", story(found), story(&simplest));
    assert_eq!(Some(simplification.from.preemptions), found.evidence.preemption_bound);
    let size = |finding: &Finding| {
        let bound = finding.evidence.preemption_bound.expect("a failure has a number of preemptions");
        Size::of(finding.trace.as_ref().expect("a failure has a log"), bound)
    };
    assert_eq!((size(found), size(&simplest)), (simplification.from, simplification.to));
    let schedule = simplest.schedule.as_deref().expect("a failure has a schedule");
    let again = replay(scenario, schedule);
    assert_eq!((&again.trace, again.schedule.as_deref()), (&simplest.trace, Some(schedule)));
    if simplification.minimal {
        let once_more = simplify(scenario, schedule);
        assert_eq!(once_more.schedule.as_deref(), Some(schedule), "{}{}", story(&simplest), story(&once_more));
    }
    simplification
}

fn signature(finding: &Finding) -> Signature {
    let trace = finding.trace.as_ref().expect("a failure has a log");
    Signature::of(trace, finding.verdict, finding.kind, finding.at.as_ref())
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
