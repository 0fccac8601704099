use std::time::Duration;

use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::sync::{Condvar, Mutex};
use kata_loom::thread;
use kata_trace::{Cause, DeadlockKind, Op, Verdict};

use crate::support::{events, fails, outcomes, passes, set};

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn a_waiter_that_checks_under_the_lock_is_always_woken() {
    passes(|| {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                changed.notify_one();
            });
            let mut guard = ready.lock().unwrap();
            while !*guard {
                guard = changed.wait(guard).unwrap();
            }
        });
    });
}

#[test]
fn a_notification_before_the_wait_is_lost() {
    let finding = fails(Verdict::Deadlock, || {
        let (mutex, changed) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| changed.notify_one());
            let guard = mutex.lock().unwrap();
            drop(changed.wait(guard).unwrap());
        });
    });
    assert_eq!(finding.kind, Some(DeadlockKind::NobodyWillWake));
    assert_eq!(events(&finding).last(), Some(&(0, Op::Wake, true)));
}

#[test]
fn a_wait_may_end_for_no_reason() {
    let finding = fails(Verdict::Panicked, || {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                changed.notify_one();
            });
            let mut guard = ready.lock().unwrap();
            if !*guard {
                guard = changed.wait(guard).unwrap();
            }
            assert!(*guard, "woken for nothing");
        });
    });
    let trace = finding.trace.unwrap();
    assert!(trace.events.iter().any(|event| event.cause == Some(Cause::Spurious)));
}

#[test]
fn waiting_releases_the_mutex_before_and_locks_it_after() {
    let finding = fails(Verdict::Panicked, || {
        let (mutex, changed) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            let mut guard = mutex.lock().unwrap();
            scope.spawn(|| {
                *mutex.lock().unwrap() = 1;
                changed.notify_all();
            });
            while *guard == 0 {
                guard = changed.wait(guard).unwrap();
            }
            panic!("to see the trace");
        });
    });
    let mine: Vec<Op> = events(&finding).into_iter().filter(|(thread, ..)| *thread == 0).map(|(_, op, _)| op).collect();
    assert_eq!(mine, [Op::Lock, Op::Spawn, Op::Unlock, Op::Wait, Op::Wake, Op::Lock, Op::Panic]);
}

#[test]
fn notify_one_wakes_either_of_two() {
    let woken = outcomes(|| {
        let (turns, changed) = (Mutex::new((0, 0)), Condvar::new());
        let first = AtomicUsize::new(0);
        thread::scope(|scope| {
            for me in 1..=2 {
                let (turns, changed, first) = (&turns, &changed, &first);
                scope.spawn(move || {
                    let mut guard = turns.lock().unwrap();
                    guard.0 += 1;
                    while guard.1 == 0 {
                        guard = changed.wait(guard).unwrap();
                    }
                    guard.1 -= 1;
                    let _ = first.compare_exchange(0, me, Relaxed, Relaxed);
                    drop(guard);
                });
            }
            for _ in 0..2 {
                let mut guard = turns.lock().unwrap();
                guard.1 += 1;
                drop(guard);
                changed.notify_one();
            }
        });
        first.into_inner()
    });
    assert_eq!(woken, set([1, 2]));
}

#[test]
fn notify_one_wakes_one_and_notify_all_wakes_all() {
    let waiting = |all: bool| {
        move || {
            let (turns, changed) = (Mutex::new((0, false)), Condvar::new());
            thread::scope(|scope| {
                for _ in 0..2 {
                    scope.spawn(|| {
                        let mut guard = turns.lock().unwrap();
                        guard.0 += 1;
                        while !guard.1 {
                            guard = changed.wait(guard).unwrap();
                        }
                    });
                }
                loop {
                    let mut guard = turns.lock().unwrap();
                    if guard.0 == 2 {
                        guard.1 = true;
                        break;
                    }
                    drop(guard);
                    thread::yield_now();
                }
                if all { changed.notify_all() } else { changed.notify_one() }
            });
        }
    };
    let finding = fails(Verdict::Deadlock, waiting(false));
    assert_eq!(finding.kind, Some(DeadlockKind::NobodyWillWake));
    passes(waiting(true));
}

#[test]
fn a_time_limit_may_pass_and_may_not() {
    let timed_out = outcomes(|| {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock().unwrap() = true;
                changed.notify_one();
            });
            let guard = ready.lock().unwrap();
            if *guard {
                return None;
            }
            let (guard, result) = changed.wait_timeout(guard, LONG).unwrap();
            Some((result.timed_out(), *guard))
        })
    });
    assert_eq!(timed_out, set([None, Some((false, true)), Some((true, false)), Some((true, true))]));
}

#[test]
fn a_loop_with_a_time_limit_needs_no_notification() {
    passes(|| {
        let (ready, changed) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| *ready.lock().unwrap() = true);
            let mut guard = ready.lock().unwrap();
            while !*guard {
                guard = changed.wait_timeout(guard, LONG).unwrap().0;
            }
        });
    });
}

#[test]
fn wait_while_returns_when_the_condition_is_over() {
    passes(|| {
        let (left, changed) = (Mutex::new(2), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    *left.lock().unwrap() -= 1;
                    changed.notify_all();
                });
            }
            assert_eq!(*changed.wait_while(left.lock().unwrap(), |left| *left > 0).unwrap(), 0);
        });
    });
}

#[test]
fn wait_timeout_while_tells_whether_the_condition_was_over_in_time() {
    let outcomes = outcomes(|| {
        let (pending, changed) = (Mutex::new(true), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *pending.lock().unwrap() = false;
                changed.notify_one();
            });
            let (guard, result) =
                changed.wait_timeout_while(pending.lock().unwrap(), LONG, |pending| *pending).unwrap();
            (*guard, result.timed_out())
        })
    });
    assert_eq!(outcomes, set([(false, false), (true, true)]));
}
