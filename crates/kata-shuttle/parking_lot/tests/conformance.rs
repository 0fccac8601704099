//! What parking_lot documents: once over against the real crate, where threads make no difference, and over every
//! interleaving where they do.

#[path = "../../tests/support/explore.rs"]
mod support;

use std::time::Duration;

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Arc, Barrier};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;
use kata_shuttle_parking_lot::{
    Condvar, Mutex, MutexGuard, Once, OnceState, ReentrantMutex, RwLock, RwLockUpgradableReadGuard, RwLockWriteGuard,
};
use kata_trace::{DeadlockKind, Verdict};
use support::*;

const LONG: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(1);

/// What holds in one thread, of parking_lot and of what stands for it.
macro_rules! expectations {
    ($name:ident: $krate:ident, $instant:path, $catch_unwind:path) => {
        fn $name() {
            use $instant as Instant;
            use $krate::*;

            let mutex = Mutex::new((1, [2, 3]));
            let mut guard = mutex.lock();
            assert!(mutex.is_locked() && mutex.try_lock().is_none());
            assert!(mutex.try_lock_for(SHORT).is_none() && mutex.try_lock_until(Instant::now() + SHORT).is_none());
            assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
            guard.0 += 1;
            assert!(std::ptr::eq(MutexGuard::mutex(&guard), &mutex));
            MutexGuard::unlocked(&mut guard, || mutex.lock().0 += 1);
            MutexGuard::bump(&mut guard);
            let guard = MutexGuard::try_map(guard, |value| value.1.get_mut(5)).unwrap_err();
            let row = MutexGuard::map(guard, |value| &mut value.1);
            let mut cell = MappedMutexGuard::map(row, |row| &mut row[0]);
            *cell += 10;
            assert_eq!(format!("{cell} {cell:?}"), "12 12");
            assert!(mutex.is_locked());
            drop(cell);
            assert!(!mutex.is_locked());
            assert_eq!(format!("{mutex:?}"), "Mutex { data: (3, [12, 3]) }");
            MutexGuard::unlock_fair(mutex.try_lock_for(LONG).unwrap());
            let mut mutex = mutex;
            mutex.get_mut().0 = 7;
            assert_eq!(mutex.into_inner(), (7, [12, 3]));
            assert_eq!(*Mutex::<i32>::default().lock() + *Mutex::from(1).lock() + *const_mutex(2).lock(), 3);
            let unsized_value: &Mutex<[i32]> = &Mutex::new([1, 2]);
            assert_eq!(unsized_value.lock().len(), 2);
            assert_eq!(*FairMutex::new(1).lock() + *const_fair_mutex(2).lock(), 3);

            let lock = RwLock::new(1);
            {
                let (first, second) = (lock.read(), lock.read_recursive());
                assert_eq!(*first + *second, 2);
                assert!(lock.is_locked() && !lock.is_locked_exclusive());
                assert!(lock.try_write().is_none() && lock.try_write_for(SHORT).is_none());
                assert!(lock.try_read().is_some() && lock.try_upgradable_read().is_some());
                let mapped = MappedRwLockReadGuard::map(RwLockReadGuard::map(first, |value| value), |value| value);
                assert_eq!(*mapped, 1);
            }
            assert!(!lock.is_locked());
            let upgradable = lock.upgradable_read();
            assert!(lock.try_upgradable_read().is_none() && lock.try_upgradable_read_for(SHORT).is_none());
            let reader = lock.try_read().unwrap();
            let upgradable = RwLockUpgradableReadGuard::try_upgrade(upgradable).unwrap_err();
            let upgradable = RwLockUpgradableReadGuard::try_upgrade_for(upgradable, SHORT).unwrap_err();
            drop(reader);
            let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
            *writer += 1;
            assert!(lock.is_locked_exclusive() && lock.try_read().is_none() && lock.try_read_recursive().is_none());
            assert_eq!(format!("{lock:?}"), "RwLock { data: <locked> }");
            let mut upgradable = RwLockWriteGuard::downgrade_to_upgradable(writer);
            assert!(lock.try_read().is_some() && lock.try_upgradable_read().is_none());
            assert_eq!(
                upgradable.with_upgraded(|value| {
                    *value += 1;
                    *value
                }),
                3
            );
            assert_eq!(
                upgradable.try_with_upgraded(|value| {
                    *value += 1;
                    *value
                }),
                Some(4)
            );
            assert!(lock.try_read().is_some());
            drop(RwLockUpgradableReadGuard::downgrade(upgradable));
            assert!(!lock.is_locked());
            let reader = RwLockWriteGuard::downgrade(lock.write());
            assert!(lock.try_read().is_some() && lock.try_write().is_none());
            assert_eq!(*reader, 4);
            drop(reader);
            *MappedRwLockWriteGuard::map(RwLockWriteGuard::map(lock.write(), |value| value), |value| value) = 5;
            let mut writer = lock.write();
            RwLockWriteGuard::unlocked(&mut writer, || *lock.write() += 1);
            assert_eq!(*writer, 6);
            drop(writer);
            assert_eq!(format!("{lock:?}"), "RwLock { data: 6 }");
            assert_eq!(lock.into_inner() + *const_rwlock(1).read(), 7);

            let condvar = Condvar::new();
            assert!(!condvar.notify_one());
            assert_eq!(condvar.notify_all(), 0);
            let (mutex, other) = (Mutex::new(1), Mutex::new(1));
            let mut guard = mutex.lock();
            assert!(condvar.wait_for(&mut guard, SHORT).timed_out());
            assert!(condvar.wait_until(&mut guard, Instant::now()).timed_out());
            condvar.wait_while(&mut guard, |value| *value != 1);
            assert!(condvar.wait_while_for(&mut guard, |value| *value == 1, SHORT).timed_out());
            assert!(!condvar.wait_while_until(&mut guard, |_| false, Instant::now()).timed_out());
            assert!(condvar.wait_for(&mut other.lock(), SHORT).timed_out(), "one mutex after the other");
            assert_eq!(format!("{condvar:?}"), "Condvar { .. }");

            let once = Once::new();
            assert_eq!(once.state(), OnceState::New);
            assert!($catch_unwind(|| once.call_once(|| panic!("in the initialiser"))).is_err());
            assert!(once.state().poisoned());
            assert!($catch_unwind(|| once.call_once(|| ())).is_err());
            once.call_once_force(|state| assert_eq!(state, OnceState::Poisoned));
            assert!(once.state().done());
            once.call_once(|| unreachable!());
            assert_eq!(format!("{once:?}"), "Once { state: Done }");

            let mutex = ReentrantMutex::new(3);
            let first = mutex.lock();
            let second = mutex.try_lock().unwrap();
            assert!(mutex.is_owned_by_current_thread() && mutex.is_locked());
            drop(first);
            assert!(mutex.is_locked() && *second == 3);
            let mapped = ReentrantMutexGuard::map(second, |value| value);
            assert_eq!(*mapped, 3);
            drop(mapped);
            assert!(!mutex.is_locked() && !mutex.is_owned_by_current_thread());
            assert_eq!(format!("{mutex:?}"), "ReentrantMutex { data: 3 }");
            assert_eq!(mutex.into_inner() + *const_reentrant_mutex(1).lock(), 4);
        }
    };
}

mod expected {
    use super::{LONG, SHORT};

    expectations!(of_the_real_one: parking_lot, std::time::Instant, std::panic::catch_unwind);
    expectations!(of_the_stand_in: kata_shuttle_parking_lot, kata_shuttle::time::Instant, kata_shuttle::unwind::catch_unwind);

    #[test]
    fn in_one_thread_it_does_what_the_real_one_does() {
        of_the_real_one();
        super::support::assert_holds(of_the_stand_in);
    }
}

#[test]
fn a_mutex_excludes_and_poisons_nothing() {
    fn scenario() {
        let mutex = Arc::new(Mutex::new(0));
        let theirs = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            *theirs.lock() += 1;
            let _guard = theirs.lock();
            panic!("while holding it");
        });
        assert!(thread.join().is_err());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut value = mutex.lock();
                    let before = *value;
                    thread::yield_now();
                    *value = before + 1;
                });
            }
        });
        assert_eq!(*mutex.lock(), 3);
    }
    assert_holds(scenario);
}

#[test]
fn a_time_limit_on_a_lock_may_pass_and_need_not() {
    fn scenario() {
        let mutex = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(mutex.lock()));
            let tried = mutex.try_lock().is_some();
            seen((tried, mutex.try_lock_for(LONG).is_some()));
        });
    }
    assert_outcomes(scenario, [(true, true), (false, true), (true, false), (false, false)]);
}

#[test]
fn waiting_for_ever_ends_where_a_time_limit_does() {
    fn scenario() {
        let mutex = Mutex::new(());
        let _guard = mutex.lock();
        assert!(mutex.try_lock_for(LONG).is_none());
    }
    assert_holds(scenario);
    fn without() {
        let mutex = Mutex::new(());
        let _guard = mutex.lock();
        let _again = mutex.lock();
    }
    assert_deadlocks(without, DeadlockKind::SelfDeadlock);
}

#[test]
fn reading_again_behind_a_writer_never_ends_unless_it_says_so() {
    fn scenario() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.write()));
            let _first = lock.read();
            drop(lock.read());
        });
    }
    assert_fails(scenario, Verdict::Deadlock);
    fn recursive() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.write()));
            let _first = lock.read();
            drop(lock.read_recursive());
        });
    }
    assert_holds(recursive);
}

#[test]
fn one_upgradable_reader_goes_with_others_and_becomes_the_writer_alone() {
    fn scenario() {
        let (lock, together) = (RwLock::new(0), Barrier::new(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                let reader = lock.read();
                together.wait();
                drop(reader);
            });
            let upgradable = lock.upgradable_read();
            together.wait();
            let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
            *writer += 1;
        });
        assert_eq!(*lock.read(), 1);
    }
    assert_holds(scenario);
    fn exclusive() {
        let (lock, writers) = (RwLock::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let upgradable = lock.upgradable_read();
                    let before = *upgradable;
                    let mut writer = RwLockUpgradableReadGuard::upgrade(upgradable);
                    assert_eq!(*writer, before, "nobody writes in between");
                    *writer += 1;
                    assert_eq!(writers.fetch_add(1, SeqCst), 0);
                    writers.fetch_sub(1, SeqCst);
                });
            }
        });
        assert_eq!(lock.into_inner(), 2);
    }
    assert_holds(exclusive);
}

#[test]
fn readers_that_both_want_to_write_never_end() {
    fn scenario() {
        let lock = RwLock::new(());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _reader = lock.read();
                drop(lock.write());
            });
        });
    }
    assert_deadlocks(scenario, DeadlockKind::SelfDeadlock);
}

#[test]
fn turning_a_writer_into_a_reader_lets_no_writer_in_between() {
    fn scenario() {
        let lock = RwLock::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.write() += 10);
            let mut writer = lock.write();
            *writer += 1;
            let written = *writer;
            assert_eq!(*RwLockWriteGuard::downgrade(writer), written);
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_condition_variable_wakes_nobody_for_no_reason() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut guard = ready.lock();
                if !*guard {
                    condvar.wait(&mut guard);
                }
                assert!(*guard);
            });
            *ready.lock() = true;
            condvar.notify_one();
        });
    }
    assert_holds(scenario);
}

#[test]
fn notifying_tells_whether_anybody_was_woken() {
    fn scenario() {
        let (waiting, condvar) = (Mutex::new(0), Condvar::new());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let mut guard = waiting.lock();
                    *guard += 1;
                    condvar.wait_while(&mut guard, |waiting| *waiting < 10);
                });
            }
            let mut guard = waiting.lock();
            let found = *guard;
            *guard += 10;
            drop(guard);
            seen((found, condvar.notify_one(), condvar.notify_all()));
        });
    }
    assert_outcomes(scenario, [(0, false, 0), (1, true, 0), (2, true, 1)]);
}

#[test]
fn a_wait_with_a_limit_ends_either_way() {
    fn scenario() {
        let (ready, condvar) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                *ready.lock() = true;
                condvar.notify_all();
            });
            let mut guard = ready.lock();
            if !*guard {
                seen((condvar.wait_for(&mut guard, LONG).timed_out(), *guard));
            }
        });
    }
    assert_outcomes(scenario, [(false, true), (true, false), (true, true)]);
}

#[test]
fn waiting_with_two_mutexes_at_once_panics_as_in_parking_lot() {
    fn scenario() {
        let (left, right, condvar) = (Mutex::new(()), Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| condvar.wait_for(&mut left.lock(), LONG));
            condvar.wait_for(&mut right.lock(), LONG);
        });
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "attempted to use a condition variable with more than one mutex");
    assert_eq!(finding.at.unwrap().file, file!());
}

#[test]
fn a_reentrant_mutex_excludes_other_threads_only() {
    fn scenario() {
        let (mutex, inside) = (ReentrantMutex::new(()), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _first = mutex.lock();
                    let second = mutex.lock();
                    assert_eq!(inside.fetch_add(1, SeqCst), 0);
                    drop(second);
                    inside.fetch_sub(1, SeqCst);
                });
            }
            seen(mutex.try_lock().is_some());
        });
    }
    assert_outcomes(scenario, [true, false]);
}

#[test]
fn one_initialiser_runs() {
    fn scenario() {
        let (once, runs) = (Once::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| runs.store(1, SeqCst)));
            scope.spawn(|| once.call_once(|| runs.store(1, SeqCst)));
            seen(once.state());
        });
        assert!(once.state().done() && runs.load(SeqCst) == 1);
    }
    assert_outcomes(scenario, [OnceState::New, OnceState::InProgress, OnceState::Done]);
}

#[test]
fn statics_start_every_execution_with_their_initial_values() {
    static MUTEX: Mutex<Vec<u8>> = kata_shuttle_parking_lot::const_mutex(Vec::new());
    static LOCK: RwLock<u32> = kata_shuttle_parking_lot::const_rwlock(3);
    static REENTRANT: ReentrantMutex<()> = kata_shuttle_parking_lot::const_reentrant_mutex(());
    static ONCE: Once = Once::new();
    fn scenario() {
        assert!(MUTEX.lock().is_empty());
        MUTEX.lock().push(1);
        std::mem::forget(MUTEX.lock());
        assert_eq!(std::mem::replace(&mut *LOCK.write(), 9), 3);
        assert!(!REENTRANT.is_owned_by_current_thread() && !REENTRANT.is_locked());
        std::mem::forget(REENTRANT.lock());
        assert_eq!(ONCE.state(), OnceState::New);
        ONCE.call_once(|| ());
        thread::scope(|scope| {
            scope.spawn(|| *LOCK.write() += 1);
            scope.spawn(|| *LOCK.write() += 1);
        });
    }
    assert!(assert_holds(scenario) >= 2);
}

#[test]
fn values_and_places_are_in_the_timeline() {
    fn scenario() {
        let mutex = Mutex::new(1);
        let mut guard = MutexGuard::map(mutex.lock(), |value| value);
        *guard += 1;
        drop(guard);
        panic!("to see the timeline");
    }
    let _caught = catch_unwind(|| ());
    let trace = assert_fails(scenario, Verdict::Panicked).trace.unwrap();
    let events: Vec<_> = trace.events.iter().filter(|event| event.object == Some(0)).collect();
    assert_eq!(events[0].op, kata_trace::Op::Lock);
    assert_eq!(events[0].after, Some(kata_trace::Value::Int(1)));
    assert_eq!(events[1].op, kata_trace::Op::Unlock);
    assert_eq!(
        (&events[1].before, &events[1].after),
        (&Some(kata_trace::Value::Int(1)), &Some(kata_trace::Value::Int(2)))
    );
    assert!(events.iter().all(|event| event.at.as_ref().unwrap().file == file!()));
}
