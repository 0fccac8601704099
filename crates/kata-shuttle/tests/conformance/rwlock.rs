//! `RwLock`.

use std::panic::AssertUnwindSafe;
use std::sync::TryLockError;

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Arc, Barrier, RwLock, RwLockWriteGuard};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;
use kata_trace::DeadlockKind;

use crate::support::*;

#[test]
fn readers_share_it() {
    fn scenario() {
        let (lock, together) = (RwLock::new(3), Barrier::new(2));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let value = lock.read().unwrap();
                    together.wait();
                    assert_eq!(*value, 3);
                });
            }
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_writer_is_alone() {
    fn scenario() {
        let (lock, inside) = (RwLock::new(()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _value = lock.write().unwrap();
                    assert_eq!(inside.fetch_add(1, SeqCst), 0);
                    inside.fetch_sub(1, SeqCst);
                });
            }
            let _value = lock.read().unwrap();
            assert_eq!(inside.load(SeqCst), 0);
        });
    }
    assert_holds(scenario);
}

#[test]
fn what_a_reader_sees_changes_between_two_holds_and_not_within_one() {
    fn scenario() {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() = 1);
            let held = lock.read().unwrap();
            let (first, second) = (*held, *held);
            drop(held);
            seen((first, second, *lock.read().unwrap()));
        });
    }
    assert_outcomes(scenario, [(0, 0, 0), (0, 0, 1), (1, 1, 1)]);
}

#[test]
fn only_writers_poison_it() {
    fn scenario() {
        let lock = RwLock::new(1);
        let read = catch_unwind(AssertUnwindSafe(|| {
            let _value = lock.read().unwrap();
            panic!("while reading");
        }));
        assert!(read.is_err());
        assert!(!lock.is_poisoned());
        let written = catch_unwind(AssertUnwindSafe(|| {
            *lock.write().unwrap() = 2;
            let _value = lock.write().unwrap();
            panic!("while writing");
        }));
        assert!(written.is_err());
        assert!(lock.is_poisoned());
        assert_eq!(**lock.read().unwrap_err().get_ref(), 2);
        assert_eq!(**lock.write().unwrap_err().get_ref(), 2);
        assert!(matches!(lock.try_read(), Err(TryLockError::Poisoned(_))));
        assert!(matches!(lock.try_write(), Err(TryLockError::Poisoned(_))));
        lock.clear_poison();
        assert_eq!(*lock.read().unwrap(), 2);
        let mut lock = lock;
        *lock.get_mut().unwrap() = 3;
        assert_eq!(lock.into_inner().unwrap(), 3);
    }
    assert_holds(scenario);
}

#[test]
fn trying_tells_who_holds_it() {
    fn scenario() {
        let lock = RwLock::new(());
        let read = lock.read().unwrap();
        assert!(lock.try_read().is_ok());
        assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
        drop(read);
        let _write = lock.write().unwrap();
        assert!(matches!(lock.try_read(), Err(TryLockError::WouldBlock)));
        assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
    }
    assert_holds(scenario);
}

#[test]
fn trying_to_read_may_fail_while_a_writer_waits() {
    fn scenario() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            let _read = lock.read().unwrap();
            scope.spawn(|| drop(lock.write().unwrap()));
            seen(lock.try_read().is_ok());
        });
    }
    assert_outcomes(scenario, [true, false]);
}

#[test]
fn a_writer_turns_into_a_reader_with_no_writer_in_between() {
    fn scenario() {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write().unwrap() += 10);
            let mut writer = lock.write().unwrap();
            *writer += 1;
            let written = *writer;
            let reader = RwLockWriteGuard::downgrade(writer);
            assert_eq!(*reader, written);
            seen(written);
        });
        assert_eq!(*lock.read().unwrap(), 11);
    }
    assert_outcomes(scenario, [1, 11]);
}

#[test]
fn a_writer_that_turned_into_a_reader_lets_readers_in() {
    fn scenario() {
        let (lock, together) = (RwLock::new(0), Barrier::new(2));
        thread::scope(|scope| {
            let writer = lock.write().unwrap();
            scope.spawn(|| {
                let _reader = lock.read().unwrap();
                together.wait();
            });
            let _reader = RwLockWriteGuard::downgrade(writer);
            together.wait();
        });
    }
    assert_holds(scenario);
}

#[test]
fn reading_again_behind_a_writer_that_waits_never_ends() {
    fn scenario() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.write().unwrap()));
            let _first = lock.read().unwrap();
            drop(lock.read().unwrap());
        });
    }
    // It waits for a writer that waits for itself.
    assert_deadlocks(scenario, DeadlockKind::SelfDeadlock);
    fn without_a_writer() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.read().unwrap()));
            let _first = lock.read().unwrap();
            drop(lock.read().unwrap());
        });
    }
    assert_holds(without_a_writer);
}

#[test]
fn writing_while_reading_in_one_thread_never_ends() {
    fn scenario() {
        let lock = RwLock::new(());
        let _read = lock.read().unwrap();
        drop(lock.write().unwrap());
    }
    assert_deadlocks(scenario, DeadlockKind::SelfDeadlock);
    fn two_who_upgrade() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _read = lock.read().unwrap();
                    drop(lock.write().unwrap());
                });
            }
        });
    }
    assert_deadlocks(two_who_upgrade, DeadlockKind::SelfDeadlock);
}

#[test]
fn it_looks_like_std_s() {
    fn scenario() {
        let lock: Arc<RwLock<[i32]>> = Arc::new(RwLock::new([1, 2]));
        lock.write().unwrap()[0] = 5;
        assert_eq!(format!("{lock:?}"), format!("{:?}", std::sync::RwLock::new([5, 2])));
        assert_eq!(format!("{:?} {:?}", lock.read().unwrap(), RwLock::<u8>::default()), {
            format!("[5, 2] {:?}", std::sync::RwLock::<u8>::default())
        });
        let writer = lock.write().unwrap();
        let theirs = std::sync::RwLock::new([5, 2]);
        let _held = theirs.write().unwrap();
        assert_eq!(format!("{lock:?} {writer:?}"), format!("{theirs:?} [5, 2]"));
    }
    assert_holds(scenario);
}
