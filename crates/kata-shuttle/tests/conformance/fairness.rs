//! Threads that wait by looking: no loop that ends under a fair scheduler is called endless, and what loops leave to
//! chance is explored.

use std::time::Duration;

use crate::support::*;
use kata_shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Condvar, Mutex};
use kata_shuttle::thread::{self, spin_loop, yield_now};
use kata_shuttle::time::Instant;
use kata_trace::Verdict;

#[test]
fn a_spin_without_a_yield_ends_when_another_thread_sets_the_flag() {
    fn scenario() {
        let flag = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| while !flag.load(SeqCst) {});
            flag.store(true, SeqCst);
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_spin_with_a_yield_ends_when_another_thread_sets_the_flag() {
    fn scenario() {
        let (flag, other) = (AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !flag.load(SeqCst) {
                    yield_now();
                }
                other.store(true, SeqCst);
            });
            scope.spawn(|| {
                while !other.load(SeqCst) {
                    spin_loop();
                }
            });
            flag.store(true, SeqCst);
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_spin_that_locks_each_time_ends_when_another_thread_sets_the_flag() {
    fn scenario() {
        let flag = Mutex::new(false);
        thread::scope(|scope| {
            scope.spawn(|| while !*flag.lock().unwrap() {});
            *flag.lock().unwrap() = true;
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_spin_that_changes_something_each_time_does_not_keep_the_others_waiting() {
    fn scenario() {
        let (flag, attempts) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                while !flag.load(SeqCst) {
                    attempts.fetch_add(1, SeqCst);
                }
            });
            flag.store(true, SeqCst);
        });
    }
    assert_passed(&explore_up_to(1, scenario));
}

#[test]
fn two_spins_that_change_something_and_yield_do_not_keep_a_third_thread_waiting() {
    fn scenario() {
        let (flag, attempts) = (AtomicBool::new(false), AtomicUsize::new(0));
        let spin = || {
            while !flag.load(SeqCst) {
                attempts.fetch_add(1, SeqCst);
                yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn(spin);
            scope.spawn(spin);
            flag.store(true, SeqCst);
        });
    }
    assert_passed(&explore_up_to(1, scenario));
}

#[test]
fn a_spin_that_nobody_ends_is_a_livelock() {
    fn scenario() {
        let flag = AtomicBool::new(false);
        while !flag.load(SeqCst) {}
    }
    assert_fails(scenario, Verdict::Livelock);
    fn scenario_with_yield() {
        let flag = AtomicBool::new(false);
        while !flag.load(SeqCst) {
            yield_now();
        }
    }
    assert_fails(scenario_with_yield, Verdict::Livelock);
    fn scenario_with_yield_alone() {
        loop {
            yield_now();
        }
    }
    assert_fails(scenario_with_yield_alone, Verdict::Livelock);
}

#[test]
fn trying_a_lock_while_holding_the_one_that_the_other_tries_is_a_livelock() {
    fn scenario() {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        let both = |first: &Mutex<()>, second: &Mutex<()>| {
            let _first = first.lock().unwrap();
            while second.try_lock().is_err() {}
        };
        thread::scope(|scope| {
            scope.spawn(|| both(&left, &right));
            scope.spawn(|| both(&right, &left));
        });
    }
    let finding = assert_fails(scenario, Verdict::Livelock);
    assert_eq!(finding.evidence.preemption_bound, Some(1));
}

#[test]
fn backing_off_before_trying_again_is_no_livelock() {
    fn scenario() {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        let both = |first: &Mutex<()>, second: &Mutex<()>| {
            loop {
                let _first = first.lock().unwrap();
                if second.try_lock().is_ok() {
                    return;
                }
                drop(_first);
                yield_now();
            }
        };
        thread::scope(|scope| {
            scope.spawn(|| both(&left, &right));
            scope.spawn(|| both(&right, &left));
        });
    }
    assert_passed(&explore_up_to(3, scenario));
}

#[test]
fn a_loop_that_gives_up_is_explored_to_its_end() {
    fn scenario() {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _guard = lock.lock().unwrap();
                yield_now();
            });
            let got = (0..20).any(|_| {
                let got = lock.try_lock().is_ok();
                if !got {
                    yield_now();
                }
                got
            });
            seen(got);
        });
    }
    assert_outcomes(scenario, [true, false]);
}

#[test]
fn a_loop_that_gives_up_without_yielding_is_explored_to_its_end() {
    fn scenario() {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock().unwrap()));
            seen((0..30).any(|_| lock.try_lock().is_ok()));
        });
    }
    assert_outcomes(scenario, [true, false]);
}

/// One read at one place.
fn get(value: &AtomicUsize) -> usize {
    value.load(SeqCst)
}

#[test]
fn reading_the_same_twice_hides_nothing_that_follows() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            let add = || {
                if get(&value) < 10 {
                    let before = get(&value);
                    value.store(before + 1, SeqCst);
                }
            };
            scope.spawn(add);
            scope.spawn(add);
        });
        seen(value.load(SeqCst));
    }
    assert_outcomes(scenario, [1, 2]);
    fn between_the_second_read_and_the_write() {
        let value = AtomicUsize::new(0);
        let (mut first, mut second) = (0, 0);
        thread::scope(|scope| {
            scope.spawn(|| {
                first = get(&value);
                second = get(&value);
                value.fetch_add(10, SeqCst);
            });
            value.fetch_add(1, SeqCst);
        });
        seen((first, second, value.load(SeqCst)));
    }
    assert_outcomes(between_the_second_read_and_the_write, [(0, 0, 11), (0, 1, 11), (1, 1, 11)]);
}

#[test]
fn the_moment_at_which_a_repeated_read_changes_is_explored_for_short_loops() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        let mut reads = Vec::new();
        thread::scope(|scope| {
            scope.spawn(|| reads.extend((0..4).map(|_| value.load(SeqCst))));
            value.store(1, SeqCst);
        });
        seen(reads);
    }
    assert_outcomes(scenario, (0..=4).map(|zeros| (0..4).map(|i| usize::from(i >= zeros)).collect::<Vec<_>>()));
}

#[test]
fn a_thread_that_sleeps_again_and_again_may_still_be_first() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..5 {
                    thread::sleep(Duration::from_millis(10));
                }
                value.store(1, SeqCst);
            });
            value.load(SeqCst);
            value.load(SeqCst);
            seen(value.load(SeqCst));
        });
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn steps_that_change_something_are_interleaved_one_by_one_although_the_thread_yields() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..4 {
                    value.fetch_add(1, SeqCst);
                    yield_now();
                }
            });
            seen(value.load(SeqCst));
        });
    }
    assert_outcomes(scenario, 0..=4);
}

#[test]
fn a_time_limit_passes_while_another_thread_waits_by_looking() {
    fn scenario() {
        let flag = AtomicBool::new(false);
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _unused = condvar.wait_timeout(lock.lock().unwrap(), Duration::from_millis(30)).unwrap();
                flag.store(true, SeqCst);
            });
            while !flag.load(SeqCst) {
                yield_now();
            }
        });
    }
    assert_passed(&explore_up_to(2, scenario));
}

#[test]
fn a_loop_until_a_moment_ends() {
    fn scenario() {
        let started = Instant::now();
        let other = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| other.fetch_add(1, SeqCst));
            while started.elapsed() < Duration::from_millis(100) {
                yield_now();
            }
        });
    }
    assert_passed(&explore_up_to(1, scenario));
}

#[test]
fn a_thread_that_yields_leaves_the_turn_without_a_preemption() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| value.store(1, SeqCst));
            yield_now();
            assert_eq!(value.load(SeqCst), 0);
        });
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.evidence.preemption_bound, Some(0));
}
