//! What executions come to, counted and graded.

use std::sync::Arc;

use kata::harness::{Finding, Order};
use kata_shuttle::sync::Mutex;
use kata_shuttle::sync::atomic::{AtomicU32, Ordering::SeqCst};
use kata_shuttle::thread;
use kata_trace::{Grade, Grades, Op, Outcome, Verdict};

use crate::support::story;

/// Store buffering: each thread writes its own variable and reads the other's.
fn store_buffering() {
    let x = Arc::new([AtomicU32::new(0), AtomicU32::new(0)]);
    let side = |own: usize| {
        let x = Arc::clone(&x);
        move || {
            x[own].store(1, SeqCst);
            x[1 - own].load(SeqCst)
        }
    };
    let (one, two) = (thread::spawn(side(0)), thread::spawn(side(1)));
    let (r1, r2) = (one.join().unwrap(), two.join().unwrap());
    kata::outcome!("r1={r1} r2={r2}");
}

/// Who looks without waiting makes the search begin again.
fn who_gets_the_lock() {
    let lock = Arc::new(Mutex::new(()));
    let other = thread::spawn({
        let lock = Arc::clone(&lock);
        move || drop(lock.lock().unwrap())
    });
    let got = lock.try_lock().is_ok();
    other.join().unwrap();
    kata::outcome(if got { "free" } else { "busy" });
}

fn two_outcomes() {
    kata::outcome("one");
    kata::outcome("another");
}

fn explore(run: fn(), replay: Option<&str>, grades: &Grades) -> Finding {
    let (replay, grades) = (replay.map(str::to_owned), grades.clone());
    kata_shuttle::explore(Order { replay, grades, ..Order::new(run) })
}

fn list(outcomes: &[&str]) -> std::collections::BTreeSet<String> {
    outcomes.iter().map(|&outcome| outcome.to_owned()).collect()
}

fn names(outcomes: &[Outcome]) -> Vec<(&str, Option<Grade>)> {
    outcomes.iter().map(|outcome| (outcome.outcome.as_str(), outcome.grade)).collect()
}

#[track_caller]
fn assert_each_can_be_replayed(run: fn(), grades: &Grades, outcomes: &[Outcome]) {
    for outcome in outcomes {
        let again = explore(run, Some(&outcome.schedule), grades);
        let [only] = &again.outcomes[..] else { panic!("{:?}{}", again.outcomes, story(&again)) };
        assert_eq!((&only.outcome, only.executions, &only.schedule), (&outcome.outcome, 1, &outcome.schedule));
        let failed = outcome.grade == Some(Grade::Forbidden);
        assert_eq!(again.verdict == Verdict::AssertionFailed, failed, "{}", again.message);
    }
}

#[test]
fn every_execution_comes_to_an_outcome_that_can_be_seen_again() {
    let found = explore(store_buffering, None, &Grades::default());
    assert_eq!((found.verdict, found.evidence.exhaustive), (Verdict::Passed, true), "{}", found.message);
    // Memory is sequentially consistent in this world.
    assert_eq!(names(&found.outcomes), [("r1=0 r2=1", None), ("r1=1 r2=0", None), ("r1=1 r2=1", None)]);
    assert_eq!(found.outcomes.iter().map(|outcome| outcome.executions).sum::<u64>(), found.evidence.executions);
    assert_each_can_be_replayed(store_buffering, &Grades::default(), &found.outcomes);
}

#[test]
fn executions_of_a_search_that_begins_again_are_not_counted() {
    let found = explore(who_gets_the_lock, None, &Grades::default());
    assert_eq!(names(&found.outcomes), [("busy", None), ("free", None)]);
    assert_eq!(found.outcomes.iter().map(|outcome| outcome.executions).sum::<u64>(), found.evidence.executions);
    assert_each_can_be_replayed(who_gets_the_lock, &Grades::default(), &found.outcomes);
}

#[test]
fn an_outcome_that_is_not_listed_among_others_is_forbidden() {
    let grades = Grades { acceptable: list(&["r1=0 r2=1"]), interesting: list(&["r1=1 r2=0"]), ..Grades::default() };
    let found = explore(store_buffering, None, &grades);
    assert_eq!((found.verdict, found.message.as_str()), (Verdict::AssertionFailed, "forbidden outcome: r1=1 r2=1"));
    let last = found.trace.as_ref().unwrap().events.last().unwrap();
    assert_eq!((last.op, &last.at), (Op::Panic, &found.at));
    assert_eq!(names(&found.outcomes).last(), Some(&("r1=1 r2=1", Some(Grade::Forbidden))));
    assert_each_can_be_replayed(store_buffering, &grades, &found.outcomes);
}

#[test]
fn an_outcome_that_is_forbidden_fails_and_the_others_do_not() {
    let never = Grades { forbidden: list(&["r1=0 r2=0"]), acceptable: list(&["r1=1 r2=1"]), ..Grades::default() };
    let all = Grades { interesting: list(&["r1=0 r2=1", "r1=1 r2=0"]), ..never };
    assert_eq!(explore(store_buffering, None, &all).verdict, Verdict::Passed);
}

#[test]
fn an_execution_has_one_outcome() {
    let found = explore(two_outcomes, None, &Grades::default());
    assert!(found.message.contains("has one outcome"), "{}", found.message);
    assert_eq!(found.outcomes, []);
}
