//! Panics: which are failures, and whose.

use std::panic::AssertUnwindSafe;

use kata_shuttle::sync::Mutex;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::thread;
use kata_shuttle::unwind::{catch_unwind, resume_unwind};
use kata_trace::{Op, Verdict};

use crate::hidden;
use crate::support::*;

#[test]
fn an_assertion_of_the_hidden_test_is_told_from_a_panic_of_the_learner() {
    fn hidden_test() {
        hidden::assert_false("the total is 3");
    }
    let finding = assert_fails(hidden_test, Verdict::AssertionFailed);
    assert_eq!(finding.message, "the total is 3");
    assert!(finding.at.unwrap().file.ends_with("hidden/assertions.rs"));
    fn learner() {
        panic!("index out of bounds");
    }
    let finding = assert_fails(learner, Verdict::Panicked);
    assert_eq!(finding.message, "index out of bounds");
    assert_eq!(finding.at.unwrap().file, file!());
}

#[test]
fn a_thread_s_own_panic_is_the_news_however_it_is_passed_on() {
    fn start() -> thread::JoinHandle<()> {
        thread::spawn(|| panic!("the cause"))
    }
    fn unwrapped() {
        hidden::join(start());
    }
    fn expected() {
        hidden::join_expecting(start());
    }
    fn resumed() {
        hidden::join_and_resume(start());
    }
    fn here() {
        start().join().unwrap();
    }
    for scenario in [unwrapped as fn(), expected, resumed, here] {
        let finding = assert_fails(scenario, Verdict::Panicked);
        assert_eq!(finding.message, "the cause");
        assert_eq!(finding.at.unwrap().file, file!());
    }
}

#[test]
fn of_several_panics_the_one_that_was_passed_on_is_the_news() {
    fn scenario() {
        thread::spawn(|| panic!("survived")).join().unwrap_err();
        let payload = thread::spawn(|| panic!("the cause")).join().unwrap_err();
        resume_unwind(payload);
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "the cause");
}

#[test]
fn an_assertion_of_the_hidden_test_in_a_thread_is_its_own() {
    fn scenario() {
        thread::spawn(|| hidden::assert_false("in a thread")).join().unwrap();
    }
    let finding = assert_fails(scenario, Verdict::AssertionFailed);
    assert_eq!(finding.message, "in a thread");
}

#[test]
fn a_panic_that_somebody_was_told_of_is_no_failure() {
    fn scenario() {
        assert!(thread::spawn(|| panic!("joined")).join().is_err());
        assert!(catch_unwind(|| panic!("caught")).is_err());
    }
    assert_holds(scenario);
}

#[test]
fn the_panic_of_a_thread_that_nobody_joins_is_a_failure_in_every_execution_that_reaches_it() {
    fn scenario() {
        static STEP: AtomicUsize = AtomicUsize::new(0);
        let _never_joined = thread::spawn(|| assert_eq!(STEP.load(SeqCst), 0));
        STEP.store(1, SeqCst);
    }
    assert_fails(scenario, Verdict::Panicked);
}

#[test]
fn a_panic_hides_no_deadlock_of_those_who_waited_for_the_thread() {
    fn scenario() {
        let (tx, rx) = kata_shuttle::sync::mpsc::channel::<()>();
        let thread = thread::spawn(move || {
            let _tx = tx.clone();
            std::mem::forget(tx);
            panic!("the cause");
        });
        let _never = rx.recv();
        thread.join().unwrap();
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "the cause", "of the wait that never ends");
}

#[test]
fn a_panic_of_one_thread_does_not_hide_that_of_another() {
    struct Joins(Option<thread::JoinHandle<()>>);
    impl Drop for Joins {
        fn drop(&mut self) {
            assert!(self.0.take().unwrap().join().is_err());
        }
    }
    fn scenario() {
        let first = thread::spawn(|| {
            thread::yield_now();
            panic!("first");
        });
        let _second = thread::spawn(move || {
            let _joins = Joins(Some(first));
            panic!("second");
        });
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "second", "the first was joined");
}

#[test]
fn catching_and_throwing_again_keeps_count() {
    fn scenario() {
        let lock = Mutex::new(());
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let _guard = lock.lock().unwrap();
            let inner = catch_unwind(|| panic!("inner"));
            assert!(!thread::panicking());
            resume_unwind(inner.unwrap_err());
        }));
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "inner");
        assert!(lock.is_poisoned());
        assert!(!thread::panicking());
    }
    assert_holds(scenario);
}

#[test]
fn a_destructor_that_catches_its_own_panic_aborts_nothing() {
    struct Catches;
    impl Drop for Catches {
        fn drop(&mut self) {
            assert!(thread::panicking());
            assert!(catch_unwind(|| panic!("in the destructor")).is_err());
            assert!(thread::panicking());
        }
    }
    fn scenario() {
        let outcome = catch_unwind(|| {
            let _catches = Catches;
            panic!("outside");
        });
        assert_eq!(*outcome.unwrap_err().downcast::<&str>().unwrap(), "outside");
    }
    assert_holds(scenario);
}

#[test]
fn a_panic_is_in_the_timeline() {
    fn scenario() {
        thread::spawn(|| panic!("boom")).join().unwrap();
    }
    let trace = assert_fails(scenario, Verdict::Panicked).trace.unwrap();
    let panic = trace.events.iter().find(|event| event.op == Op::Panic).unwrap();
    assert_eq!((panic.thread, panic.text.as_deref()), (1, Some("boom")));
    assert_eq!(panic.at.as_ref().unwrap().file, file!());
}

#[test]
fn nobody_else_runs_while_a_thread_unwinds() {
    struct Steps<'a>(&'a AtomicUsize);
    impl Drop for Steps<'_> {
        fn drop(&mut self) {
            self.0.store(1, SeqCst);
            self.0.store(2, SeqCst);
        }
    }
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            let panicker = scope.spawn(|| {
                let _steps = Steps(&value);
                panic!("unwinds");
            });
            seen(value.load(SeqCst));
            assert!(panicker.join().is_err());
        });
    }
    // 1 is possible under std: a limit of this world, which its documentation names.
    assert_outcomes(scenario, [0, 2]);
}

#[test]
fn who_waits_for_a_lock_may_get_it_before_the_unwinding_takes_it_again() {
    struct Undoes<'a>(&'a Mutex<i32>);
    impl Drop for Undoes<'_> {
        fn drop(&mut self) {
            *self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()) = 0;
        }
    }
    fn scenario() {
        let value = Mutex::new(0);
        thread::scope(|scope| {
            let panicker = scope.spawn(|| {
                // Dropped behind the guard.
                let _undoes = Undoes(&value);
                let mut guard = value.lock().unwrap();
                *guard = 1;
                panic!("unwinds");
            });
            seen(*value.lock().unwrap_or_else(|poisoned| poisoned.into_inner()));
            assert!(panicker.join().is_err());
        });
    }
    assert_outcomes(scenario, [0, 1]);
}
