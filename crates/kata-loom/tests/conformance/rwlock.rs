use kata_loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_loom::sync::{RwLock, RwLockWriteGuard, mpsc};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Verdict};

use crate::support::{fails, outcomes, passes, set};

#[test]
fn readers_overlap_and_a_writer_is_alone() {
    let together = outcomes(|| {
        let (lock, inside, most) = (RwLock::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        let enter = || most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
        let leave = || inside.fetch_sub(1, SeqCst);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _guard = lock.read().unwrap();
                    enter();
                    leave();
                });
            }
        });
        most.into_inner()
    });
    assert_eq!(together, set([1, 2]));
    passes(|| {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut guard = lock.write().unwrap();
                *guard = 1;
                thread::yield_now();
                *guard = 2;
            });
            scope.spawn(|| assert_ne!(*lock.read().unwrap(), 1));
            let mut guard = lock.write().unwrap();
            assert_ne!(*guard, 1);
            *guard += 2;
        });
        assert!([2, 4].contains(&lock.into_inner().unwrap()));
    });
}

#[test]
fn a_thread_may_read_twice_when_nobody_wants_to_write() {
    passes(|| {
        let lock = RwLock::new(1);
        let (first, second) = (lock.read().unwrap(), lock.read().unwrap());
        assert_eq!(*first + *second, 2);
    });
}

#[test]
fn a_thread_that_reads_twice_around_a_waiting_writer_waits_for_ever() {
    let finding = fails(Verdict::Deadlock, || {
        let lock = RwLock::new(1);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 1);
            let _first = lock.read().unwrap();
            let _second = lock.read().unwrap();
        });
    });
    assert_eq!(finding.kind, Some(DeadlockKind::SelfDeadlock));
}

#[test]
fn another_reader_may_wait_behind_a_waiting_writer() {
    // The first reader waits for the second one, who waits for the writer, who waits for the first reader.
    fails(Verdict::Deadlock, || {
        let lock = RwLock::new(1);
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 1);
            let reading = lock.read().unwrap();
            let lock = &lock;
            scope.spawn(move || {
                drop(lock.read().unwrap());
                tell.send(()).unwrap();
            });
            told.recv().unwrap();
            drop(reading);
        });
    });
}

#[test]
fn a_thread_that_writes_twice_waits_for_itself() {
    let finding = fails(Verdict::Deadlock, || {
        let lock = RwLock::new(());
        let _first = lock.write().unwrap();
        let _second = lock.write().unwrap();
    });
    assert_eq!(finding.kind, Some(DeadlockKind::SelfDeadlock));
}

#[test]
fn trying_fails_exactly_while_the_lock_does_not_admit() {
    let results = outcomes(|| {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.read().unwrap()));
            let read = lock.try_read().is_ok();
            let write = lock.try_write().is_ok();
            (read, write)
        })
    });
    assert_eq!(results, set([(true, false), (true, true)]));
    let results = outcomes(|| {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.write().unwrap()));
            lock.try_read().is_ok()
        })
    });
    assert_eq!(results, set([false, true]));
}

#[test]
fn downgrading_lets_no_writer_in_between() {
    passes(|| {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 10);
            let mut guard = lock.write().unwrap();
            *guard += 1;
            let written = *guard;
            let guard = RwLockWriteGuard::downgrade(guard);
            assert_eq!(*guard, written);
        });
        assert_eq!(lock.into_inner().unwrap(), 11);
    });
}

#[test]
fn an_rwlock_is_never_poisoned_and_shows_its_value() {
    passes(|| {
        let mut lock = RwLock::from(3);
        assert!(!lock.is_poisoned());
        *lock.get_mut().unwrap() += 1;
        assert_eq!(format!("{lock:?}"), "RwLock { data: 4, poisoned: false, .. }");
        let guard = lock.write().unwrap();
        assert_eq!(format!("{guard} {lock:?}"), "4 RwLock { data: <locked>, poisoned: false, .. }");
    });
}
