//! Scoped threads.

use kata_shuttle::sync::Mutex;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::thread::{self, Builder};
use kata_shuttle::unwind::catch_unwind;
use kata_trace::Verdict;

use crate::support::*;

#[test]
fn a_scope_borrows_and_waits_for_all_its_threads() {
    fn scenario() {
        let mut numbers = vec![1, 2, 3];
        let sum = AtomicUsize::new(0);
        let returned = thread::scope(|scope| {
            for number in &numbers {
                scope.spawn(|| sum.fetch_add(*number, SeqCst));
            }
            "value"
        });
        assert_eq!(sum.load(SeqCst), 6);
        numbers.push(4);
        assert_eq!(returned, "value");
    }
    assert_holds(scenario);
}

#[test]
fn a_scoped_thread_can_be_joined_and_named_and_start_others() {
    fn scenario() {
        thread::scope(|scope| {
            let thread =
                Builder::new().name("inner".to_owned()).spawn_scoped(scope, || scope.spawn(|| 1).join().unwrap() + 1);
            let thread = thread.unwrap();
            assert_eq!(thread.thread().name(), Some("inner"));
            assert_eq!(thread.join().unwrap(), 2);
        });
    }
    assert_holds(scenario);
}

#[test]
fn threads_that_are_started_late_are_waited_for() {
    fn scenario() {
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                scope.spawn(|| {
                    thread::yield_now();
                    done.fetch_add(1, SeqCst);
                });
            });
        });
        assert_eq!(done.load(SeqCst), 1);
    }
    assert_holds(scenario);
}

#[test]
fn a_panic_that_nobody_joined_is_passed_on_by_the_scope() {
    fn scenario() {
        let outcome = catch_unwind(|| {
            thread::scope(|scope| {
                scope.spawn(|| panic!("inner"));
            });
        });
        let payload = outcome.unwrap_err();
        assert_eq!(payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(|s| &**s)), {
            Some("a scoped thread panicked")
        });
    }
    // The scope has told of it.
    assert_fails(scenario, Verdict::Panicked);
    fn uncaught() {
        thread::scope(|scope| {
            scope.spawn(|| panic!("inner"));
        });
    }
    let finding = assert_fails(uncaught, Verdict::Panicked);
    assert_eq!(finding.message, "inner", "the thread's own panic is the news");
}

#[test]
fn a_panic_that_was_joined_is_not_passed_on() {
    fn scenario() {
        thread::scope(|scope| {
            assert!(scope.spawn(|| panic!("inner")).join().is_err());
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_scope_whose_function_panics_waits_all_the_same() {
    fn scenario() {
        let done = AtomicUsize::new(0);
        let outcome = catch_unwind(std::panic::AssertUnwindSafe(|| {
            thread::scope(|scope| {
                scope.spawn(|| done.fetch_add(1, SeqCst));
                panic!("outer");
            });
        }));
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "outer");
        assert_eq!(done.load(SeqCst), 1);
    }
    assert_holds(scenario);
}

#[test]
fn a_scope_whose_function_panics_poisons_what_it_holds() {
    fn scenario() {
        let lock = Mutex::new(());
        let outcome = catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _guard = lock.lock().unwrap();
            thread::scope(|_| panic!("outer"));
        }));
        assert!(outcome.is_err());
        assert!(lock.is_poisoned());
    }
    assert_holds(scenario);
}

#[test]
fn a_scope_does_not_wait_for_the_destructors_of_thread_locals() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counts;
    impl Drop for Counts {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    static KEY: thread::LocalKey<Counts> = thread::LocalKey::new(|| Counts);
    fn scope() {
        thread::scope(|scope| {
            scope.spawn(|| KEY.with(|_| ()));
        });
        seen(DROPPED.load(SeqCst));
    }
    assert_outcomes(scope, [0, 1]);
    fn join() {
        thread::scope(|scope| scope.spawn(|| KEY.with(|_| ())).join().unwrap());
        assert_eq!(DROPPED.load(SeqCst), 1);
    }
    assert_holds(join);
}
