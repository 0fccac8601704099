use std::collections::BTreeSet;

use kata_loom::sync::Barrier;
use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Verdict};

use crate::support::{fails, outcomes, passes};

#[test]
fn nobody_passes_before_all_have_come_and_one_leads() {
    let leaders = outcomes(|| {
        let (barrier, came) = (Barrier::new(3), AtomicUsize::new(0));
        let pass = || {
            came.fetch_add(1, Relaxed);
            let leads = barrier.wait().is_leader();
            assert_eq!(came.load(Relaxed), 3, "what happened before the barrier is known after it");
            leads
        };
        thread::scope(|scope| {
            let others = [scope.spawn(pass), scope.spawn(pass)];
            let mine = pass();
            let leaders: Vec<bool> = [mine].into_iter().chain(others.map(|other| other.join().unwrap())).collect();
            assert_eq!(leaders.iter().filter(|leads| **leads).count(), 1);
            leaders.iter().position(|leads| *leads)
        })
    });
    assert_eq!(leaders, BTreeSet::from([Some(0), Some(1), Some(2)]));
}

#[test]
fn a_barrier_can_be_used_again() {
    passes(|| {
        let (barrier, sum) = (Barrier::new(2), AtomicUsize::new(0));
        let rounds = || {
            for round in 1..=2 {
                sum.fetch_add(1, Relaxed);
                barrier.wait();
                assert!(sum.load(Relaxed) >= 2 * round);
            }
        };
        thread::scope(|scope| {
            scope.spawn(rounds);
            rounds();
        });
    });
}

#[test]
fn a_missing_party_leaves_the_others_waiting() {
    let finding = fails(Verdict::Deadlock, || {
        let barrier = Barrier::new(2);
        barrier.wait();
    });
    assert_eq!(finding.kind, Some(DeadlockKind::NobodyWillWake));
}

#[test]
fn a_barrier_for_nobody_lets_everybody_pass() {
    passes(|| assert!(Barrier::new(0).wait().is_leader()));
}
