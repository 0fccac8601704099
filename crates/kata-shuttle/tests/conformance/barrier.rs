//! `Barrier`.

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Barrier, Mutex};
use kata_shuttle::thread;
use kata_trace::DeadlockKind;

use crate::support::*;

#[test]
fn nobody_passes_before_everybody_has_arrived_and_exactly_one_leads() {
    fn scenario() {
        let (barrier, arrived, leaders) = (Barrier::new(3), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    arrived.fetch_add(1, SeqCst);
                    let leads = barrier.wait().is_leader();
                    assert_eq!(arrived.load(SeqCst), 3);
                    if leads {
                        leaders.fetch_add(1, SeqCst);
                    }
                });
            }
        });
        assert_eq!(leaders.load(SeqCst), 1);
    }
    assert_passed(&explore_up_to(3, scenario));
}

#[test]
fn anybody_may_lead() {
    fn scenario() {
        let (barrier, leader) = (Barrier::new(2), Mutex::new(None));
        thread::scope(|scope| {
            for id in 1..=2 {
                let (barrier, leader) = (&barrier, &leader);
                scope.spawn(move || {
                    if barrier.wait().is_leader() {
                        *leader.lock().unwrap() = Some(id);
                    }
                });
            }
        });
        seen(leader.into_inner().unwrap());
    }
    assert_outcomes(scenario, [Some(1), Some(2)]);
}

#[test]
fn it_can_be_used_again() {
    fn scenario() {
        let (barrier, phases, leaders) = (Barrier::new(2), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for phase in 0..2 {
                        assert!(phases.load(SeqCst) / 2 <= phase);
                        if barrier.wait().is_leader() {
                            leaders.fetch_add(1, SeqCst);
                        }
                        phases.fetch_add(1, SeqCst);
                        assert!(phases.load(SeqCst) > 2 * phase);
                    }
                });
            }
        });
        assert_eq!(leaders.load(SeqCst), 2);
    }
    assert_passed(&explore_up_to(3, scenario));
}

#[test]
fn a_barrier_for_nobody_or_one_holds_nobody_up() {
    fn scenario() {
        assert!(Barrier::new(0).wait().is_leader());
        let barrier = Barrier::new(1);
        assert!(barrier.wait().is_leader());
        assert!(barrier.wait().is_leader());
    }
    assert_holds(scenario);
}

#[test]
fn a_party_that_is_missing_is_missed_for_ever() {
    fn scenario() {
        let barrier = Barrier::new(3);
        thread::scope(|scope| {
            scope.spawn(|| barrier.wait());
            barrier.wait();
        });
    }
    assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
}
