//! `Condvar`.

use std::time::Duration;

use kata_shuttle::sync::{Arc, Condvar, Mutex};
use kata_shuttle::thread;
use kata_trace::{DeadlockKind, Verdict};

use crate::support::*;

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn a_wait_in_a_loop_under_the_lock_loses_no_wake_up() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                condvar.notify_one();
            });
            let mut guard = ready.lock().unwrap();
            while !*guard {
                guard = condvar.wait(guard).unwrap();
            }
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_flag_that_is_set_without_the_lock_loses_a_wake_up() {
    fn scenario() {
        use kata_shuttle::sync::atomic::{AtomicBool, Ordering::SeqCst};
        let (ready, lock, condvar) = (AtomicBool::new(false), Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                ready.store(true, SeqCst);
                condvar.notify_one();
            });
            let mut guard = lock.lock().unwrap();
            while !ready.load(SeqCst) {
                guard = condvar.wait(guard).unwrap();
            }
        });
    }
    let finding = assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
    assert_eq!(finding.evidence.preemption_bound, Some(1));
}

#[test]
fn an_if_in_place_of_the_loop_is_told_apart_by_a_wake_up_for_no_reason() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                condvar.notify_one();
            });
            let mut guard = ready.lock().unwrap();
            if !*guard {
                guard = condvar.wait(guard).unwrap();
            }
            assert!(*guard, "woken for nothing");
        });
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    let causes: Vec<_> = finding.trace.unwrap().events.into_iter().filter_map(|event| event.cause).collect();
    assert_eq!(causes, [kata_trace::Cause::Spurious]);
}

#[test]
fn a_wake_up_for_no_reason_does_not_use_up_a_notification() {
    fn scenario() {
        let (woken, condvar) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let guard = woken.lock().unwrap();
                    *condvar.wait_while(guard, |tickets| *tickets == 0).unwrap() -= 1;
                });
            }
            for _ in 0..2 {
                *woken.lock().unwrap() += 1;
                condvar.notify_one();
            }
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_notification_that_nobody_waits_for_is_gone() {
    fn scenario() {
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        condvar.notify_one();
        condvar.notify_all();
        drop(condvar.wait(lock.lock().unwrap()));
    }
    assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
}

#[test]
fn notify_one_wakes_either_of_the_waiters() {
    fn scenario() {
        let (state, condvar, progress) = (Mutex::new((0, Vec::new())), Condvar::new(), Condvar::new());
        thread::scope(|scope| {
            for id in 1..=2 {
                let (state, condvar, progress) = (&state, &condvar, &progress);
                scope.spawn(move || {
                    let mut guard = state.lock().unwrap();
                    guard.0 += 1;
                    progress.notify_one();
                    guard = condvar.wait(guard).unwrap();
                    guard.1.push(id);
                    progress.notify_one();
                });
            }
            drop(progress.wait_while(state.lock().unwrap(), |state| state.0 < 2).unwrap());
            condvar.notify_one();
            drop(progress.wait_while(state.lock().unwrap(), |state| state.1.is_empty()).unwrap());
            condvar.notify_one();
        });
        seen(state.into_inner().unwrap().1);
    }
    assert_outcomes_up_to(3, scenario, [[1, 2], [2, 1]]);
}

#[test]
fn notify_one_leaves_the_other_waiting() {
    fn scenario() {
        let (waiting, condvar) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut guard = waiting.lock().unwrap();
                    *guard += 1;
                    drop(condvar.wait(guard).unwrap());
                });
            }
            scope.spawn(|| condvar.notify_one());
        });
    }
    assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
}

#[test]
fn notify_all_wakes_everybody_who_waits() {
    fn scenario() {
        let (open, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    drop(condvar.wait_while(open.lock().unwrap(), |open| !*open).unwrap());
                });
            }
            *open.lock().unwrap() = true;
            condvar.notify_all();
        });
    }
    assert_passed(&explore_up_to(3, scenario));
}

#[test]
fn a_time_limit_may_pass_and_need_not() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                condvar.notify_one();
            });
            let guard = ready.lock().unwrap();
            if *guard {
                return;
            }
            let (guard, result) = condvar.wait_timeout(guard, LONG).unwrap();
            seen((*guard, result.timed_out()));
        });
    }
    // Woken; woken for no reason; too late; too late by a hair.
    assert_outcomes(scenario, [(true, false), (false, false), (false, true), (true, true)]);
}

#[test]
fn waiting_while_a_condition_holds_tells_whether_it_still_does() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                condvar.notify_one();
            });
            let guard = ready.lock().unwrap();
            let (guard, result) = condvar.wait_timeout_while(guard, LONG, |ready| !*ready).unwrap();
            assert_eq!(*guard, !result.timed_out());
            seen(result.timed_out());
        });
    }
    assert_outcomes(scenario, [false, true]);
}

#[test]
fn a_time_limit_is_what_ends_a_wait_that_nobody_else_ends() {
    fn scenario() {
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        let started = kata_shuttle::time::Instant::now();
        let (_guard, result) = condvar.wait_timeout_while(lock.lock().unwrap(), LONG, |()| true).unwrap();
        assert!(result.timed_out());
        assert!(started.elapsed() >= LONG);
    }
    assert_holds(scenario);
}

#[test]
fn the_lock_is_free_while_somebody_waits_and_held_afterwards() {
    fn scenario() {
        let (turns, condvar) = (Mutex::new(Vec::new()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut guard = turns.lock().unwrap();
                guard.push("notifier");
                condvar.notify_one();
                guard.push("notifier again");
            });
            let mut guard = turns.lock().unwrap();
            while guard.is_empty() {
                guard = condvar.wait(guard).unwrap();
            }
            guard.push("waiter");
        });
        assert_eq!(turns.into_inner().unwrap(), ["notifier", "notifier again", "waiter"]);
    }
    assert_holds(scenario);
}

#[test]
fn a_wait_tells_that_the_lock_was_poisoned_meanwhile() {
    fn scenario() {
        let shared = Arc::new((Mutex::new(false), Condvar::new()));
        let theirs = Arc::clone(&shared);
        let guard = shared.0.lock().unwrap();
        let thread = thread::spawn(move || {
            let mut guard = theirs.0.lock().unwrap();
            *guard = true;
            theirs.1.notify_one();
            panic!("while holding it");
        });
        let guard = shared.1.wait_while(guard, |ready| !*ready);
        assert!(*guard.unwrap_err().into_inner());
        assert!(thread.join().is_err());
    }
    assert_holds(scenario);
}
