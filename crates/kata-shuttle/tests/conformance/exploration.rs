//! What the search covers, and how it counts.

use std::sync::Arc;

use crate::support::*;
use kata_shuttle::sync::Mutex;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::thread;

fn writers<const THREADS: usize, const STEPS: usize>() {
    let value = Arc::new(AtomicUsize::new(0));
    let writer = |id: usize| {
        let value = Arc::clone(&value);
        thread::spawn(move || (0..STEPS).for_each(|step| value.store(id * 10 + step, SeqCst)))
    };
    let threads: Vec<_> = (0..THREADS).map(writer).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn every_interleaving_of_independent_steps_is_run_exactly_once() {
    // (2n)! / n!² for two threads of n steps, and the multinomial coefficients for three.
    assert_eq!(assert_holds(writers::<1, 3>), 1);
    assert_eq!(assert_holds(writers::<2, 1>), 2);
    assert_eq!(assert_holds(writers::<2, 2>), 6);
    assert_eq!(assert_holds(writers::<2, 3>), 20);
    assert_eq!(assert_holds(writers::<2, 6>), 924);
    assert_eq!(assert_holds(writers::<3, 1>), 6);
    assert_eq!(assert_holds(writers::<3, 2>), 90);
    assert_eq!(assert_holds(writers::<3, 3>), 1680);
}

#[test]
fn locks_have_the_orders_of_their_acquisitions() {
    fn lockers<const THREADS: usize, const TIMES: usize>() {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| (0..TIMES).for_each(|_| *lock.lock().unwrap() += 1));
            }
        });
        assert_eq!(lock.into_inner().unwrap(), THREADS * TIMES);
    }
    assert_eq!(assert_holds(lockers::<2, 1>), 2);
    assert_eq!(assert_holds(lockers::<2, 3>), 20);
    assert_eq!(assert_holds(lockers::<3, 2>), 90);
}
