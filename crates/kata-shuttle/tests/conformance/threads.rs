//! Threads: starting, joining, parking, names.

use std::time::Duration;

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Condvar, Mutex};
use kata_shuttle::thread::{self, Builder};
use kata_trace::{DeadlockKind, Verdict};

use crate::support::*;

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn joining_gives_the_result_and_comes_after_everything_that_the_thread_did() {
    fn scenario() {
        static DONE: AtomicUsize = AtomicUsize::new(0);
        let thread = thread::spawn(|| {
            DONE.store(1, SeqCst);
            "result"
        });
        assert_eq!(thread.join().unwrap(), "result");
        assert_eq!(DONE.load(SeqCst), 1);
    }
    assert_holds(scenario);
}

#[test]
fn joining_gives_the_payload_of_a_panic() {
    fn scenario() {
        let text = thread::spawn(|| panic!("plain")).join().unwrap_err();
        assert_eq!(*text.downcast::<&str>().unwrap(), "plain");
        let formatted = thread::spawn(|| panic!("number {}", std::hint::black_box(1))).join().unwrap_err();
        assert_eq!(*formatted.downcast::<String>().unwrap(), "number 1");
        let thrown = thread::spawn(|| std::panic::panic_any(7_u8)).join().unwrap_err();
        assert_eq!(*thrown.downcast::<u8>().unwrap(), 7);
        let resumed = thread::spawn(|| kata_shuttle::unwind::resume_unwind(Box::new(8_u8))).join().unwrap_err();
        assert_eq!(*resumed.downcast::<u8>().unwrap(), 8);
    }
    assert_holds(scenario);
}

#[test]
fn a_thread_runs_at_any_time_between_its_start_and_its_join() {
    fn scenario() {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let thread = thread::spawn(|| STARTED.fetch_add(1, SeqCst));
        seen(STARTED.load(SeqCst));
        thread.join().unwrap();
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn a_detached_thread_is_cut_off_wherever_it_is() {
    static STEPS: AtomicUsize = AtomicUsize::new(0);
    fn scenario() {
        struct AtTheEnd;
        impl Drop for AtTheEnd {
            fn drop(&mut self) {
                seen(STEPS.load(SeqCst));
            }
        }
        let _last = AtTheEnd;
        thread::spawn(|| (0..2).for_each(|_| _ = STEPS.fetch_add(1, SeqCst)));
    }
    assert_outcomes(scenario, [0, 1, 2]);
    fn blocked_for_ever() {
        thread::spawn(thread::park);
    }
    assert_holds(blocked_for_ever);
    fn running_for_ever() {
        thread::spawn(|| {
            loop {
                STEPS.fetch_add(1, SeqCst);
                thread::yield_now();
            }
        });
    }
    assert_passed(&explore_up_to(1, running_for_ever));
}

#[test]
fn a_panic_of_a_detached_thread_is_news() {
    fn scenario() {
        thread::spawn(|| panic!("nobody joins"));
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "nobody joins");
}

#[test]
fn is_finished_tells_before_join_does() {
    fn scenario() {
        static STEP: AtomicUsize = AtomicUsize::new(0);
        let thread = thread::spawn(|| STEP.store(1, SeqCst));
        let (step, finished) = (STEP.load(SeqCst), thread.is_finished());
        seen((step, finished));
        thread.join().unwrap();
    }
    assert_outcomes(scenario, [(0, false), (0, true), (1, false), (1, true)]);
    fn polled() {
        let thread = thread::spawn(|| ());
        while !thread.is_finished() {
            thread::yield_now();
        }
        thread.join().unwrap();
    }
    assert_holds(polled);
}

#[test]
fn threads_have_names_and_identities() {
    fn scenario() {
        let named = Builder::new().name("worker".to_owned()).stack_size(1 << 20);
        let thread = named.spawn(|| (thread::current().id(), thread::current().name().map(str::to_owned))).unwrap();
        assert_eq!(thread.thread().name(), Some("worker"));
        let id = thread.thread().id();
        assert_eq!(thread.join().unwrap(), (id, Some("worker".to_owned())));
        let unnamed = thread::spawn(|| thread::current().name().map(str::to_owned));
        assert_ne!(unnamed.thread().id(), id);
        assert_eq!(unnamed.join().unwrap(), None);
        assert_eq!(thread::current().name(), Some("main"));
        assert_ne!(thread::current().id(), id);
        assert_eq!(thread::available_parallelism().unwrap().get(), 4);
    }
    assert_holds(scenario);
}

#[test]
fn a_token_that_was_given_before_park_is_used_by_it_once() {
    fn scenario() {
        thread::current().unpark();
        thread::current().unpark();
        thread::park();
        seen("passed");
        thread::park();
    }
    let finding = assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
    assert!(finding.trace.unwrap().events.iter().filter(|event| event.op == kata_trace::Op::Park).count() >= 2);
}

#[test]
fn unpark_wakes_whoever_parks_or_will() {
    fn scenario() {
        static READY: AtomicUsize = AtomicUsize::new(0);
        let waiter = thread::spawn(|| {
            while READY.load(SeqCst) == 0 {
                thread::park();
            }
        });
        READY.store(1, SeqCst);
        waiter.thread().unpark();
        waiter.join().unwrap();
    }
    assert_holds(scenario);
}

#[test]
fn park_may_return_for_no_reason() {
    fn scenario() {
        static READY: AtomicUsize = AtomicUsize::new(0);
        let waiter = thread::spawn(|| {
            thread::park();
            seen(READY.load(SeqCst));
        });
        READY.store(1, SeqCst);
        waiter.thread().unpark();
        waiter.join().unwrap();
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn a_time_limit_of_park_passes() {
    fn scenario() {
        let started = kata_shuttle::time::Instant::now();
        thread::park_timeout(LONG);
        seen(started.elapsed() >= LONG);
    }
    // It need not: it may return for no reason.
    assert_outcomes(scenario, [true, false]);
}

#[test]
fn sleeping_orders_nothing() {
    fn scenario() {
        let order = Mutex::new(Vec::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(LONG);
                order.lock().unwrap().push("long");
            });
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(1));
                order.lock().unwrap().push("short");
            });
        });
        seen(order.into_inner().unwrap());
    }
    assert_outcomes(scenario, [["long", "short"], ["short", "long"]]);
}

#[test]
fn giving_the_turn_away_orders_nothing() {
    fn scenario() {
        static VALUE: AtomicUsize = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| VALUE.store(1, SeqCst));
            thread::yield_now();
            seen(VALUE.load(SeqCst));
        });
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn threads_start_threads() {
    fn scenario() {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let outer = thread::spawn(|| {
            let inner = thread::spawn(|| COUNT.fetch_add(1, SeqCst));
            COUNT.fetch_add(1, SeqCst);
            inner.join().unwrap()
        });
        seen(outer.join().unwrap());
        assert_eq!(COUNT.load(SeqCst), 2);
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn threads_are_counted_whether_or_not_they_have_ended() {
    fn scenario() {
        assert_eq!(kata::threads_started(), 0);
        thread::spawn(|| {}).join().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {});
        });
        assert_eq!(kata::threads_started(), 2);
    }
    assert_holds(scenario);
}

#[test]
fn who_waits_with_a_time_limit_is_told_from_who_waits() {
    fn scenario() {
        let (mutex, news) = (Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(news.wait_while(mutex.lock().unwrap(), |told| !*told).unwrap()));
            kata::quiesce();
            assert_eq!(kata::time_limits(), 0);
            scope.spawn(|| drop(news.wait_timeout_while(mutex.lock().unwrap(), LONG, |told| !*told).unwrap()));
            kata::quiesce();
            // None, if the time has passed by then.
            seen(kata::time_limits());
            *mutex.lock().unwrap() = true;
            news.notify_all();
        });
        assert_eq!(kata::time_limits(), 0);
    }
    assert_outcomes(scenario, [0, 1]);
}

#[test]
fn many_threads_are_no_problem() {
    fn scenario() {
        let sum = Mutex::new(0);
        thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| *sum.lock().unwrap() += 1);
            }
        });
        assert_eq!(sum.into_inner().unwrap(), 100);
    }
    let budget = kata_trace::Budget { executions: 50, random_executions: 20, ..kata_trace::Budget::default() };
    let finding = kata_shuttle::run(scenario, &budget, kata_shuttle::Settings::default());
    assert_passed(&finding);
    assert!(!finding.evidence.exhaustive);
    assert_eq!(finding.evidence.executions, 70);
}
