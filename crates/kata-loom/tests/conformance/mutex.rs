use kata_loom::sync::{Arc, Mutex, TryLockError};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Op, Value, Verdict};

use crate::support::{events, fails, outcomes, passes, set};

#[test]
fn a_mutex_excludes() {
    passes(|| {
        let counter = Arc::new(Mutex::new(0));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let counter = Arc::clone(&counter);
                thread::spawn(move || {
                    let mut guard = counter.lock().unwrap();
                    let old = *guard;
                    thread::yield_now();
                    *guard = old + 1;
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(*counter.lock().unwrap(), 2);
    });
}

#[test]
fn an_update_in_two_critical_sections_can_be_lost() {
    let totals = outcomes(|| {
        let counter = Mutex::new(0);
        let add = || {
            let old = *counter.lock().unwrap();
            *counter.lock().unwrap() = old + 1;
        };
        thread::scope(|scope| {
            scope.spawn(add);
            scope.spawn(add);
        });
        counter.into_inner().unwrap()
    });
    assert_eq!(totals, set([1, 2]));
}

#[test]
fn try_lock_fails_exactly_while_somebody_holds_the_mutex() {
    let locked = outcomes(|| {
        let mutex = Mutex::new(());
        thread::scope(|scope| {
            scope.spawn(|| drop(mutex.lock().unwrap()));
            scope.spawn(|| mutex.try_lock().is_ok()).join().unwrap()
        })
    });
    assert_eq!(locked, set([false, true]));
}

#[test]
fn try_lock_fails_in_the_thread_that_holds_the_mutex() {
    passes(|| {
        let mutex = Mutex::new(1);
        let guard = mutex.lock().unwrap();
        assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)));
        drop(guard);
        assert_eq!(*mutex.try_lock().unwrap(), 1);
    });
}

#[test]
fn a_loop_around_try_lock_ends() {
    passes(|| {
        let mutex = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *mutex.lock().unwrap() += 1);
            loop {
                if let Ok(mut value) = mutex.try_lock() {
                    *value += 1;
                    break;
                }
            }
        });
        assert_eq!(mutex.into_inner().unwrap(), 2);
    });
}

#[test]
fn a_mutex_hands_on_what_happened_before() {
    passes(|| {
        let shared = Arc::new((Mutex::new(false), kata_loom::cell::UnsafeCell::new(0)));
        struct Shared(Arc<(Mutex<bool>, kata_loom::cell::UnsafeCell<i32>)>);
        // SAFETY: the cell is used only as the flag permits.
        unsafe impl Send for Shared {}
        let other = Shared(Arc::clone(&shared));
        let writer = thread::spawn(move || {
            let other = other;
            // SAFETY: the flag is not set yet.
            unsafe { *other.0.1.get() = 7 };
            *other.0.0.lock().unwrap() = true;
        });
        if *shared.0.lock().unwrap() {
            // SAFETY: the flag is set.
            assert_eq!(unsafe { *shared.1.get() }, 7);
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_thread_that_locks_twice_waits_for_itself() {
    let finding = fails(Verdict::Deadlock, || {
        let mutex = Mutex::new(());
        let _first = mutex.lock().unwrap();
        let _second = mutex.lock().unwrap();
    });
    assert_eq!(finding.kind, Some(DeadlockKind::SelfDeadlock));
    assert_eq!(events(&finding), [(0, Op::Lock, false), (0, Op::Lock, true)]);
    assert_eq!(finding.message, "a thread waits for ever");
}

#[test]
fn opposite_orders_wait_for_each_other() {
    let finding = fails(Verdict::Deadlock, || {
        let (a, b) = (Arc::new(Mutex::new(10)), Arc::new(Mutex::new(20)));
        let both = {
            let (a, b) = (Arc::clone(&a), Arc::clone(&b));
            thread::spawn(move || drop((a.lock().unwrap(), b.lock().unwrap())))
        };
        drop((b.lock().unwrap(), a.lock().unwrap()));
        both.join().unwrap();
    });
    assert_eq!(finding.kind, Some(DeadlockKind::LockCycle));
    assert_eq!(finding.evidence.preemption_bound, Some(1));
    let trace = finding.trace.unwrap();
    let preemptions = trace.events.iter().filter(|event| event.preemption).count();
    assert_eq!(preemptions, 1, "{:#?}", trace.events);
    let locked: Vec<_> =
        trace.events.iter().filter(|e| e.op == Op::Lock && !e.blocked).map(|e| e.after.clone()).collect();
    assert_eq!(locked, [Some(Value::Int(20)), Some(Value::Int(10))]);
}

#[test]
fn unlocking_tells_what_was_written_and_where() {
    let finding = fails(Verdict::Panicked, || {
        let mutex = Mutex::new(1);
        let mut guard = mutex.lock().unwrap();
        *guard = 2;
        drop(guard);
        panic!("to see the trace");
    });
    let trace = finding.trace.unwrap();
    let unlock = trace.events.iter().find(|event| event.op == Op::Unlock).unwrap();
    assert_eq!((&unlock.before, &unlock.after), (&Some(Value::Int(1)), &Some(Value::Int(2))));
    let (lock, written) = (trace.events[0].at.as_ref().unwrap(), unlock.at.as_ref().unwrap());
    assert_eq!((&written.file, written.line), (&lock.file, lock.line + 1));
}

#[test]
fn a_mutex_is_never_poisoned_and_gives_its_value_back() {
    passes(|| {
        let mut mutex = Mutex::from(String::from("a"));
        assert!(!mutex.is_poisoned());
        mutex.clear_poison();
        mutex.get_mut().unwrap().push('b');
        assert_eq!(format!("{mutex:?}"), r#"Mutex { data: "ab", poisoned: false, .. }"#);
        let guard = mutex.lock().unwrap();
        assert_eq!(format!("{guard} {guard:?} {mutex:?}"), r#"ab "ab" Mutex { data: <locked>, poisoned: false, .. }"#);
        drop(guard);
        assert_eq!(mutex.into_inner().unwrap(), "ab");
        assert_eq!(*Mutex::<i32>::default().lock().unwrap(), 0);
    });
}

#[test]
fn a_mutex_holds_unsized_values() {
    passes(|| {
        let boxed: Box<Mutex<[i32]>> = Box::new(Mutex::new([1, 2, 3]));
        boxed.lock().unwrap()[1] = 5;
        assert_eq!(boxed.lock().unwrap().iter().sum::<i32>(), 9);
        let dynamic: &Mutex<dyn std::fmt::Display> = &Mutex::new(4);
        assert_eq!(dynamic.lock().unwrap().to_string(), "4");
    });
}
