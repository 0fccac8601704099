//! Executions whose schedule somebody else makes up as they go.

use std::collections::BTreeSet;
use std::time::Duration;

use kata::harness::Finding;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Condvar, Mutex};
use kata_shuttle::thread;
use kata_trace::{Decision, Op, Turn, Verdict};

use crate::support::*;

fn two_counters() {
    let value = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| value.store(value.load(SeqCst) + 1, SeqCst));
        }
    });
    seen(value.load(SeqCst));
}

fn opposite_orders() {
    let (a, b) = (Mutex::new(0), Mutex::new(0));
    thread::scope(|scope| {
        scope.spawn(|| *a.lock().unwrap() += *b.lock().unwrap());
        scope.spawn(|| *b.lock().unwrap() += *a.lock().unwrap());
    });
}

fn who_tries() {
    let lock = Mutex::new(0);
    thread::scope(|scope| {
        scope.spawn(|| *lock.lock().unwrap() += 1);
        scope.spawn(|| seen(lock.try_lock().ok().map(|value| *value)));
    });
}

fn who_waits() {
    let (lock, ready) = (Mutex::new(false), Condvar::new());
    thread::scope(|scope| {
        scope.spawn(|| {
            let guard = lock.lock().unwrap();
            let (guard, limit) = ready.wait_timeout(guard, Duration::from_secs(1)).unwrap();
            seen((*guard, limit.timed_out()));
        });
        scope.spawn(|| {
            *lock.lock().unwrap() = true;
            ready.notify_one();
        });
    });
}

fn decision(finding: &Finding) -> Option<&Decision> {
    finding.standing.as_ref().expect("it was to stop").decision.as_ref()
}

/// The ends of all executions that choosing leads to.
fn ends(scenario: fn()) -> Vec<Finding> {
    let (mut open, mut ends) = (vec![String::new()], Vec::new());
    while let Some(schedule) = open.pop() {
        let finding = stand(scenario, &schedule);
        let so_far = finding.schedule.clone().unwrap();
        assert!(so_far.starts_with(&schedule), "{so_far} does not begin with {schedule}");
        match decision(&finding) {
            Some(decision) => {
                open.extend(decision.alternatives.iter().map(|choice| format!("{so_far}{}", choice.token)));
            }
            None => ends.push(finding),
        }
    }
    ends
}

#[test]
fn the_same_schedule_leads_to_the_same_decision() {
    let first = stand(opposite_orders, "");
    assert_eq!(format!("{first:?}"), format!("{:?}", stand(opposite_orders, "")));
    let choices = &decision(&first).unwrap().alternatives;
    assert_eq!(choices.len(), 2);
    let next = format!("{}{}", first.schedule.clone().unwrap(), choices[1].token);
    let second = stand(opposite_orders, &next);
    assert_ne!(format!("{:?}", second.standing), format!("{:?}", first.standing));
    assert_eq!(format!("{second:?}"), format!("{:?}", stand(opposite_orders, &next)));
}

#[test]
fn choosing_leads_to_every_execution_that_is_explored_and_to_no_other() {
    for scenario in [two_counters, who_tries, who_waits] {
        let executions = assert_holds(scenario);
        let explored = outcomes(scenario);
        let ends = ends(scenario);
        assert_eq!(ends.len() as u64, executions);
        SEEN.with_borrow_mut(BTreeSet::clear);
        ends.iter().for_each(|end| assert_passed(&replay(scenario, end.schedule.as_deref().unwrap())));
        assert_eq!(SEEN.with_borrow_mut(std::mem::take), explored);
        let schedules: BTreeSet<_> = ends.iter().map(|end| end.schedule.clone()).collect();
        assert_eq!(schedules.len(), ends.len(), "no execution is reached in two ways");
    }
}

#[test]
fn an_end_that_choosing_leads_to_can_be_repeated() {
    let ends = ends(opposite_orders);
    let verdicts: BTreeSet<Verdict> = ends.iter().map(|end| end.verdict).collect();
    assert_eq!(verdicts, [Verdict::Passed, Verdict::Deadlock].into());
    for end in ends {
        let again = replay(opposite_orders, end.schedule.as_deref().unwrap());
        assert_eq!((again.verdict, &again.trace, &again.message), (end.verdict, &end.trace, &end.message));
    }
}

#[test]
fn a_decision_tells_what_everybody_is_about_to_do() {
    let mut schedule = String::new();
    let deadlocked = loop {
        let finding = stand(opposite_orders, &schedule);
        let Some(decision) = decision(&finding) else { break finding };
        // The thread that has done least goes on.
        let steps = |thread| finding.trace.as_ref().unwrap().events.iter().filter(|e| e.thread == thread).count();
        let choice = decision.alternatives.iter().min_by_key(|choice| (steps(choice.thread), choice.thread)).unwrap();
        let next = choice.next.as_ref().map(|next| (next.op, next.object, next.blocked, next.at.is_some()));
        assert!(matches!(next, None | Some((Op::Lock, Some(0 | 1), false, true))), "{next:?}");
        let joins: Vec<_> = decision.waiting.iter().map(|event| (event.thread, event.op, event.blocked)).collect();
        assert_eq!(joins, [(0, Op::Join, true)]);
        schedule = finding.schedule.clone().unwrap() + &choice.token;
    };
    assert_eq!(deadlocked.verdict, Verdict::Deadlock);
}

#[test]
fn what_the_standard_library_allows_is_offered() {
    let mut turns = BTreeSet::new();
    let mut open = vec![String::new()];
    while let Some(schedule) = open.pop() {
        let finding = stand(who_waits, &schedule);
        let Some(decision) = decision(&finding) else { continue };
        for choice in &decision.alternatives {
            turns.insert(format!("{:?}", choice.turn));
            assert!(choice.turn == Turn::Go || choice.preemption || choice.token == decision.alternatives[0].token);
            open.push(format!("{}{}", finding.schedule.as_deref().unwrap(), choice.token));
        }
    }
    assert_eq!(turns, ["Go", "Spurious", "Timeout"].map(str::to_owned).into());
}

#[test]
fn objects_lie_in_the_same_places_whatever_is_chosen() {
    fn scenario() {
        let locks: Vec<Box<Mutex<u8>>> = (0..2).map(|_| Box::default()).collect();
        thread::scope(|scope| {
            scope.spawn(|| *locks[1].lock().unwrap() += 1);
            scope.spawn(|| *locks[0].lock().unwrap() += 1);
        });
    }
    let places: Vec<_> = ends(scenario).into_iter().map(|end| end.standing.unwrap().places).collect();
    let [Some(first), Some(second)] = places[0][..] else { panic!("{places:?}") };
    assert_ne!(first, second);
    assert!(places.contains(&vec![Some(second), Some(first)]), "{places:?}");
    let all: BTreeSet<_> = places.iter().flatten().collect();
    assert_eq!(all, [&Some(first), &Some(second)].into());
}

#[test]
fn a_schedule_of_another_program_is_refused() {
    let finding = stand(two_counters, "01~1");
    assert_eq!(finding.verdict, Verdict::InternalError);
    assert!(finding.diverged.is_some() && finding.standing.is_none());
}
