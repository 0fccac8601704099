//! `parking_lot` behaves as documented, and is observed like `std::sync`.

use kata_real_std::thread;
use kata_trace::{DeadlockKind, Verdict};
use parking_lot::{Condvar, Mutex, MutexGuard, RwLock, RwLockWriteGuard};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Builder;

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::Passed;
        a_lock_excludes_and_is_not_poisoned
        a_lock_has_a_time_limit
        a_read_lock_shares_and_a_written_one_downgrades
        a_condition_wakes_and_counts
        a_condition_has_a_time_limit
    ],
    cases![Verdict::Deadlock, DeadlockKind::SelfDeadlock; a_lock_taken_twice],
    cases![Verdict::GuardAcrossAwait; a_lock_across_an_await],
    cases![Verdict::BlockedExecutor; a_condition_in_a_poll],
];

static COUNT: Mutex<u32> = parking_lot::const_mutex(0);

fn a_lock_excludes_and_is_not_poisoned() {
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..100).for_each(|_| *COUNT.lock() += 1));
        }
    });
    assert_eq!(*COUNT.lock(), 400);
    let end = thread::spawn(|| {
        let _count = COUNT.lock();
        std::panic::panic_any(kata_real::PlannedPanic);
    });
    assert!(end.join().is_err());
    let count = COUNT.try_lock();
    assert!(count.is_some() && COUNT.is_locked() && COUNT.try_lock().is_none());
    assert_eq!(*MutexGuard::map(count.unwrap(), |count| count), 400);
}

fn a_lock_has_a_time_limit() {
    let lock = Mutex::new(());
    let _guard = lock.lock();
    thread::scope(|scope| {
        scope.spawn(|| assert!(lock.try_lock_for(Duration::from_millis(1)).is_none()));
    });
}

fn a_read_lock_shares_and_a_written_one_downgrades() {
    let lock = RwLock::new(1);
    let (one, other) = (lock.read(), lock.read());
    assert!(lock.try_write().is_none() && *one + *other == 2);
    drop((one, other));
    let reader = RwLockWriteGuard::downgrade(lock.write());
    assert!(lock.try_read().is_some() && lock.try_write().is_none());
    drop(reader);
    assert!(lock.try_write_for(Duration::from_secs(60)).is_some());
}

fn a_condition_wakes_and_counts() {
    let state = Arc::new((Mutex::new(0), Condvar::new()));
    assert!(!state.1.notify_one());
    let theirs = Arc::clone(&state);
    let waiter = thread::spawn(move || {
        let mut count = theirs.0.lock();
        *count += 1;
        theirs.1.wait_while(&mut count, |count| *count < 2);
        *count
    });
    while *state.0.lock() == 0 {
        thread::yield_now();
    }
    *state.0.lock() += 1;
    assert_eq!(state.1.notify_all(), 1);
    assert_eq!(waiter.join().unwrap(), 2);
}

fn a_condition_has_a_time_limit() {
    let (lock, never) = (Mutex::new(()), Condvar::new());
    let mut guard = lock.lock();
    assert!(never.wait_for(&mut guard, Duration::from_millis(1)).timed_out());
    assert!(never.wait_while_for(&mut guard, |()| true, Duration::from_millis(1)).timed_out());
    assert!(!never.wait_while_for(&mut guard, |()| false, Duration::from_millis(1)).timed_out());
}

fn a_lock_taken_twice() {
    let lock = Mutex::new(());
    let _first = lock.lock();
    let _second = lock.lock(); // reported
}

#[expect(clippy::await_holding_lock, reason = "that is the case")]
fn a_lock_across_an_await() {
    let lock = Mutex::new(());
    Builder::new_current_thread().build().unwrap().block_on(async {
        let _guard = lock.lock(); // reported
        tokio::task::yield_now().await;
    });
}

fn a_condition_in_a_poll() {
    let (lock, never) = (Mutex::new(()), Condvar::new());
    Builder::new_current_thread().build().unwrap().block_on(async {
        never.wait(&mut lock.lock()); // reported
    });
}
