//! Waiting until everybody else sleeps.

use std::time::Duration;

use crate::support::*;
use kata_shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Arc, Condvar, Mutex};
use kata_shuttle::thread;
use kata_trace::Verdict;

#[test]
fn what_others_can_do_by_themselves_is_done_before() {
    fn scenario() {
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    thread::yield_now();
                    done.fetch_add(1, SeqCst);
                });
            }
            kata::quiesce();
            assert_eq!(done.load(SeqCst), 2);
        });
    }
    let finding = explore(scenario);
    assert_passed(&finding);
    assert!(finding.evidence.exhaustive);
}

#[test]
fn a_thread_that_waits_for_a_notification_sleeps() {
    fn scenario() {
        let door = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(door.1.wait_while(door.0.lock().unwrap(), |open| !*open).unwrap()));
            kata::quiesce();
            *door.0.lock().unwrap() = true;
            door.1.notify_one();
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_time_limit_may_pass_before_or_after() {
    fn scenario() {
        let rung = Arc::new(AtomicBool::new(false));
        let bell = Arc::clone(&rung);
        thread::spawn(move || {
            thread::park_timeout(Duration::from_secs(1));
            bell.store(true, SeqCst);
        });
        kata::quiesce();
        seen(rung.load(SeqCst));
    }
    assert_outcomes(scenario, [false, true]);
}

#[test]
fn a_thread_that_looks_again_and_again_does_not_sleep() {
    fn spins() {
        looks(|| {});
    }
    fn yields() {
        looks(thread::yield_now);
    }
    fn sleeps() {
        looks(|| thread::sleep(Duration::from_secs(60)));
    }
    fn looks(pause: fn()) {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !over.load(SeqCst) {
                    pause();
                }
            });
            kata::quiesce();
            over.store(true, SeqCst);
        });
    }
    for scenario in [spins as fn(), yields, sleeps] {
        assert_eq!(explore(scenario).verdict, Verdict::Livelock);
    }
}

#[test]
fn a_failure_behind_it_is_repeated_and_made_simpler() {
    fn scenario() {
        let ready = AtomicBool::new(false);
        let (bell, rings) = (Condvar::new(), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                if !ready.load(SeqCst) {
                    drop(bell.wait(rings.lock().unwrap()).unwrap());
                }
            });
            ready.store(true, SeqCst);
            bell.notify_one();
            kata::quiesce();
        });
    }
    let finding = explore(scenario);
    assert_eq!(finding.verdict, Verdict::Deadlock);
    let schedule = finding.schedule.unwrap();
    assert_eq!(replay(scenario, &schedule).verdict, Verdict::Deadlock);
    assert!(simplify(scenario, &schedule).simplification.unwrap().minimal);
}
