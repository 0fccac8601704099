//! Failures that are made simpler.

use std::time::Duration;

use kata::harness::Finding;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Arc, Condvar, Mutex};
use kata_shuttle::thread;
use kata_trace::Verdict;

use crate::support::{assert_simplifies, explore, explore_at_random, simplify};

fn lost_update() {
    let hits = Arc::new(AtomicUsize::new(0));
    let work = |hits: Arc<AtomicUsize>| {
        move || {
            for _ in 0..2 {
                let seen = hits.load(SeqCst);
                hits.store(seen + 1, SeqCst);
            }
        }
    };
    let threads: Vec<_> = (0..3).map(|_| thread::spawn(work(Arc::clone(&hits)))).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(hits.load(SeqCst), 6);
}

fn opposite_orders() {
    let locks = Arc::new([Mutex::new(0), Mutex::new(0)]);
    let chatter = Arc::new(AtomicUsize::new(0));
    let work = |first: usize, second: usize| {
        let (locks, chatter) = (Arc::clone(&locks), Arc::clone(&chatter));
        move || {
            for _ in 0..3 {
                chatter.fetch_add(1, SeqCst);
                let _first = locks[first].lock().unwrap();
                chatter.fetch_add(1, SeqCst);
                let _second = locks[second].lock().unwrap();
            }
        }
    };
    let threads = [thread::spawn(work(0, 1)), thread::spawn(work(1, 0)), thread::spawn(work(0, 1))];
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn if_in_place_of_while() {
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let taker = {
        let shared = Arc::clone(&shared);
        move || {
            let (lock, ready) = &*shared;
            let mut stock = lock.lock().unwrap();
            if *stock == 0 {
                stock = ready.wait_timeout(stock, Duration::from_secs(1)).unwrap().0;
            }
            assert!(*stock > 0, "nothing to take");
            *stock -= 1;
        }
    };
    let takers = [thread::spawn(taker.clone()), thread::spawn(taker)];
    for _ in 0..2 {
        let (lock, ready) = &*shared;
        *lock.lock().unwrap() += 1;
        ready.notify_one();
    }
    for taker in takers {
        taker.join().unwrap();
    }
}

#[track_caller]
fn found_at_random(scenario: fn(), verdict: Verdict, seed: u64) -> Finding {
    let found = explore_at_random(scenario, seed);
    assert_eq!((found.verdict, found.evidence.seed), (verdict, Some(seed)), "{}", found.message);
    found
}

/// What random search finds is made simpler, and mostly needs no more preemptions in the end than what systematic search
/// finds, which has the fewest that there can be.
#[track_caller]
fn assert_becomes_simpler(scenario: fn(), verdict: Verdict) {
    let fewest = explore(scenario).evidence.preemption_bound.unwrap();
    let (mut simpler, mut reached) = (0, 0);
    for seed in 1..=10 {
        let simplification = assert_simplifies(scenario, &found_at_random(scenario, verdict, seed));
        assert!(simplification.minimal && simplification.to.preemptions >= fewest, "seed {seed}: {simplification:?}");
        simpler += usize::from(simplification.is_simpler());
        reached += usize::from(simplification.to.preemptions == fewest);
    }
    assert!(simpler >= 7 && reached >= 8, "of 10, {simpler} became simpler, and {reached} as simple as can be");
}

#[test]
fn a_lost_update_that_was_found_at_random() {
    assert_becomes_simpler(lost_update, Verdict::Panicked);
}

#[test]
fn a_deadlock_that_was_found_at_random() {
    assert_becomes_simpler(opposite_orders, Verdict::Deadlock);
}

#[test]
fn a_time_limit_that_need_not_pass() {
    assert_becomes_simpler(if_in_place_of_while, Verdict::Panicked);
}

#[test]
fn the_same_failure_is_made_simpler_in_the_same_way() {
    let found = found_at_random(opposite_orders, Verdict::Deadlock, 3);
    let once = simplify(opposite_orders, found.schedule.as_deref().unwrap());
    let twice = simplify(opposite_orders, found.schedule.as_deref().unwrap());
    assert_eq!((&once.schedule, &once.trace), (&twice.schedule, &twice.trace));
    assert_eq!(once.simplification, twice.simplification);
}
