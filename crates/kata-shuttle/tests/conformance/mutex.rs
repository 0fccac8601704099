//! `Mutex`.

use std::panic::AssertUnwindSafe;
use std::sync::{PoisonError, TryLockError};

use kata_shuttle::sync::{Arc, Mutex};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;
use kata_trace::{DeadlockKind, Verdict};

use crate::support::*;

#[test]
fn nobody_else_is_between_lock_and_unlock() {
    fn scenario() {
        let lock = Mutex::new((0, 0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut pair = lock.lock().unwrap();
                    pair.0 += 1;
                    thread::yield_now();
                    pair.1 += 1;
                    assert_eq!(pair.0, pair.1);
                });
            }
        });
        assert_eq!(lock.into_inner().unwrap(), (2, 2));
    }
    assert_holds(scenario);
}

#[test]
fn separate_critical_sections_lose_updates() {
    fn scenario() {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let before = *lock.lock().unwrap();
                    *lock.lock().unwrap() = before + 1;
                });
            }
        });
        seen(lock.into_inner().unwrap());
    }
    assert_outcomes(scenario, [1, 2]);
}

#[test]
fn a_thread_that_panics_while_it_holds_the_lock_poisons_it() {
    fn scenario() {
        let lock = Arc::new(Mutex::new(1));
        let theirs = Arc::clone(&lock);
        let thread = thread::spawn(move || {
            let mut guard = theirs.lock().unwrap();
            *guard = 2;
            panic!("while holding it");
        });
        assert!(thread.join().is_err());
        assert!(lock.is_poisoned());
        let error = lock.lock().unwrap_err();
        assert_eq!(**error.get_ref(), 2);
        assert_eq!(*error.into_inner(), 2, "the value is there all the same");
        assert!(matches!(lock.try_lock(), Err(TryLockError::Poisoned(_))));
        lock.clear_poison();
        assert!(!lock.is_poisoned());
        assert_eq!(*lock.lock().unwrap(), 2);
    }
    assert_holds(scenario);
}

#[test]
fn exclusive_access_tells_of_poison_too() {
    fn scenario() {
        let mut lock = Mutex::new(1);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock().unwrap();
            panic!("while holding it");
        }));
        assert!(caught.is_err());
        assert_eq!(*lock.get_mut().unwrap_err().into_inner(), 1);
        assert_eq!(lock.into_inner().map_err(PoisonError::into_inner), Err(1));
    }
    assert_holds(scenario);
}

#[test]
fn a_guard_that_is_gone_or_taken_while_unwinding_does_not_poison() {
    struct LocksWhileUnwinding<'a>(&'a Mutex<i32>);
    impl Drop for LocksWhileUnwinding<'_> {
        fn drop(&mut self) {
            *self.0.lock().unwrap() += 1;
        }
    }
    fn scenario() {
        let lock = Mutex::new(1);
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let _counts = LocksWhileUnwinding(&lock);
            drop(lock.lock().unwrap());
            panic!("holding nothing");
        }));
        assert!(caught.is_err());
        assert!(!lock.is_poisoned());
        assert_eq!(*lock.lock().unwrap(), 2);
    }
    assert_holds(scenario);
}

#[test]
fn another_thread_that_unwinds_does_not_poison_what_it_does_not_hold() {
    struct Joins(Option<thread::JoinHandle<()>>);
    impl Drop for Joins {
        fn drop(&mut self) {
            self.0.take().unwrap().join().unwrap();
        }
    }
    fn scenario() {
        let lock = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&lock);
        let worker = thread::spawn(move || {
            let mut guard = theirs.lock().unwrap();
            thread::yield_now();
            *guard += 1;
        });
        let panicker = thread::spawn(move || {
            let _joins = Joins(Some(worker));
            panic!("waits for the worker while it unwinds");
        });
        assert!(panicker.join().is_err());
        assert!(!lock.is_poisoned());
        assert_eq!(*lock.lock().unwrap(), 1);
    }
    assert_holds(scenario);
}

#[test]
fn try_lock_succeeds_or_tells_that_it_would_block() {
    fn scenario() {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock().unwrap()));
            match lock.try_lock() {
                Ok(_guard) => seen("locked"),
                Err(TryLockError::WouldBlock) => seen("would block"),
                Err(TryLockError::Poisoned(_)) => unreachable!(),
            };
        });
    }
    assert_outcomes(scenario, ["locked", "would block"]);
    fn twice_in_one_thread() {
        let lock = Mutex::new(());
        let _guard = lock.lock().unwrap();
        assert!(matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    }
    assert_holds(twice_in_one_thread);
}

#[test]
fn a_lock_may_be_found_taken_several_times_in_a_row() {
    fn scenario() {
        let lock = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock().unwrap()));
            let got = || lock.try_lock().is_ok();
            seen([got(), got()]);
        });
    }
    assert_outcomes(scenario, [[true, true], [false, true], [true, false], [false, false]]);
}

#[test]
fn looking_at_poison_and_healing_it_are_steps_of_their_own() {
    fn scenario() {
        let (lock, healed) = (Mutex::new(()), Mutex::new(false));
        let _caught = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock().unwrap();
            panic!("while holding it");
        }));
        thread::scope(|scope| {
            scope.spawn(|| {
                *healed.lock().unwrap() = true;
                lock.clear_poison();
            });
            let healed = *healed.lock().unwrap();
            seen((healed, lock.lock().is_ok()));
        });
    }
    assert_outcomes(scenario, [(false, false), (false, true), (true, false), (true, true)]);
}

#[test]
fn locking_twice_in_one_thread_never_ends() {
    fn scenario() {
        let lock = Mutex::new(());
        let _guard = lock.lock().unwrap();
        drop(lock.lock());
    }
    assert_deadlocks(scenario, DeadlockKind::SelfDeadlock);
}

#[test]
fn a_forgotten_guard_keeps_the_lock() {
    fn scenario() {
        let lock = Mutex::new(());
        std::mem::forget(lock.lock().unwrap());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock()));
        });
    }
    assert_fails(scenario, Verdict::Deadlock);
}

#[test]
fn values_without_a_size_and_trait_objects_can_be_locked() {
    fn scenario() {
        let slice: Arc<Mutex<[u8]>> = Arc::new(Mutex::new([1, 2, 3]));
        slice.lock().unwrap()[1] = 7;
        assert_eq!(*slice.lock().unwrap(), [1, 7, 3]);
        let object: Box<Mutex<dyn Fn(i32) -> i32 + Send>> = Box::new(Mutex::new(|x| x + 1));
        assert_eq!(object.lock().unwrap()(1), 2);
    }
    assert_holds(scenario);
}

#[test]
fn it_looks_like_std_s() {
    fn scenario() {
        let lock = Mutex::from(5);
        assert_eq!(format!("{lock:?}"), format!("{:?}", std::sync::Mutex::new(5)));
        let guard = lock.lock().unwrap();
        assert_eq!(format!("{guard:?} {guard}"), "5 5");
        let (theirs, _their_guard) = (std::sync::Mutex::new(5), ());
        let _held = theirs.lock().unwrap();
        assert_eq!(format!("{lock:?}"), format!("{theirs:?}"));
        assert_eq!(*Mutex::<i32>::default().lock().unwrap(), 0);
    }
    assert_holds(scenario);
}

#[test]
fn waiters_get_the_lock_in_any_order() {
    fn scenario() {
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            let first = order.lock().unwrap();
            for id in 1..=3 {
                scope.spawn({
                    let order = &order;
                    move || order.lock().unwrap().push(id)
                });
            }
            drop(first);
        });
        seen(order.into_inner().unwrap());
    }
    assert_outcomes(scenario, [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]]);
}
