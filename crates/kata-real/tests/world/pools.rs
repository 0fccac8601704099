//! Pools of threads: rayon as it is, with threads that are counted, and a look at everything at once.

use kata::Rendezvous;
use kata_real::{Gate, gauge, settle};
use kata_real_std::sync::{Arc, Mutex, mpsc};
use kata_real_std::thread;
use kata_trace::Verdict;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::panic::Location;
use std::time::{Duration, Instant};

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::NotConcurrent; a_pool_that_is_too_small work_of_a_pool_under_one_lock],
    cases![Verdict::Oversubscribed; an_oracle_of_its_own],
    cases![Verdict::Passed;
        every_pool_has_as_many_threads_as_the_machine_has_processors
        the_global_pool_counts_when_it_is_used
        a_pool_is_gone_when_it_has_been_dropped
        a_pool_may_be_dropped_by_its_own_thread
        the_global_pool_is_built_once
        all_that_can_work_is_at_work_when_everybody_sleeps
        nobody_sleeps_who_sleeps_for_a_time
        long_work_is_no_standstill
    ],
];

fn pool(threads: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
}

fn a_pool_that_is_too_small() {
    let meeting = Rendezvous::new(2, "two jobs");
    pool(1).install(|| (0..2).into_par_iter().for_each(|_| meeting.arrive())); // reported
}

fn work_of_a_pool_under_one_lock() {
    rayon::enter();
    let (meeting, lock) = (Rendezvous::new(2, "two jobs"), Mutex::new(()));
    (0..2).into_par_iter().for_each(|_| {
        let _turn = lock.lock().unwrap();
        meeting.arrive(); // reported
    });
}

fn an_oracle_of_its_own() {
    let gate = Gate::new("work", Verdict::NotConcurrent, "");
    thread::scope(|scope| {
        scope.spawn(|| pool(5).install(|| gate.pass("work", Location::caller())));
        settle().fail(Verdict::Oversubscribed, "five threads"); // reported
    });
}

fn every_pool_has_as_many_threads_as_the_machine_has_processors() {
    rayon::enter();
    assert_eq!((rayon::current_num_threads(), pool(0).current_num_threads(), pool(7).current_num_threads()), (4, 4, 7));
}

fn the_global_pool_counts_when_it_is_used() {
    rayon::enter();
    rayon::enter();
    assert_eq!(gauge::live_threads(), 0);
    let lock = Mutex::new(0);
    (0..3).into_par_iter().for_each(|number| *lock.lock().unwrap() += number);
    assert_eq!((*lock.lock().unwrap(), gauge::live_threads()), (3, 4));
}

fn a_pool_is_gone_when_it_has_been_dropped() {
    let pool = pool(3);
    assert_eq!(gauge::live_threads(), 3);
    assert_eq!(pool.install(|| rayon::current_num_threads()), 3);
    drop(pool);
    assert_eq!((gauge::live_threads(), gauge::peak_threads()), (0, 3));
}

fn a_pool_may_be_dropped_by_its_own_thread() {
    let pool = Arc::new(pool(1));
    let (sender, receiver) = mpsc::channel();
    let own = Arc::clone(&pool);
    pool.spawn(move || {
        receiver.recv().unwrap();
        drop(own);
    });
    drop(pool);
    sender.send(()).unwrap();
    while gauge::live_threads() > 0 {
        thread::yield_now();
    }
}

fn the_global_pool_is_built_once() {
    rayon::enter();
    assert!(ThreadPoolBuilder::new().num_threads(9).build_global().is_err());
    assert!(ThreadPoolBuilder::new().num_threads(4).build_global().is_ok());
    assert!(ThreadPoolBuilder::new().build_global().is_err());
}

fn all_that_can_work_is_at_work_when_everybody_sleeps() {
    rayon::enter();
    for _ in 0..3 {
        let gate = Gate::new("work", Verdict::NotConcurrent, "");
        let at_work = |_: usize| gate.pass("work", Location::caller());
        thread::scope(|scope| {
            scope.spawn(|| (0..20).into_par_iter().for_each(at_work));
            settle();
            assert_eq!((gate.waiting(), gauge::live_threads()), (4, 5));
            gate.open();
        });
    }
}

fn nobody_sleeps_who_sleeps_for_a_time() {
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| thread::sleep(Duration::from_millis(300)));
        settle();
    });
    assert!(start.elapsed() >= Duration::from_millis(300));
}

/// Everybody waits for a thread that reaches nothing that the world knows of.
fn long_work_is_no_standstill() {
    let busy = || {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(600) {
            std::hint::black_box(start);
        }
    };
    let (sender, receiver) = mpsc::channel();
    let pool = pool(2);
    pool.spawn(move || {
        busy();
        sender.send(()).unwrap();
    });
    receiver.recv().unwrap();
}
