//! `std::thread` behaves as documented.

use kata_real::{PlannedPanic, gauge};
use kata_real_std::panic::panic_any;
use kata_real_std::sync::atomic::{AtomicUsize, Ordering};
use kata_real_std::sync::{Arc, Barrier, Mutex};
use kata_real_std::thread;
use kata_trace::Verdict;
use std::cell::Cell;
use std::time::Duration;

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::Passed;
        a_thread_returns_its_value
        a_panic_is_a_result_of_join
        a_thread_has_the_name_and_the_id_that_it_was_given
        a_scope_ends_after_its_threads
        a_thread_of_a_scope_starts_another
        a_panic_of_a_joined_thread_stays_with_its_joiner
        a_token_given_early_is_kept_and_does_not_count
        parking_ends_at_its_time_limit
        a_thread_is_finished_when_it_is
        every_machine_has_four_processors
        each_thread_has_its_locals
        the_peak_counts_threads_that_live_together
        an_unpark_wakes_a_waker_of_ones_own
    ],
    cases![Verdict::Panicked; a_panic_in_a_thread_is_reported],
];

fn a_thread_returns_its_value() {
    assert_eq!(thread::spawn(|| 7).join().unwrap(), 7);
    assert_eq!(thread::Builder::new().stack_size(1 << 20).spawn(|| 8).unwrap().join().unwrap(), 8);
}

fn a_panic_is_a_result_of_join() {
    let end = thread::spawn(|| panic_any(PlannedPanic)).join();
    assert_eq!(end.unwrap_err().downcast_ref(), Some(&PlannedPanic));
}

fn a_panic_in_a_thread_is_reported() {
    let _ = thread::spawn(|| {
        panic!("by mistake"); // reported
    })
    .join();
}

fn a_thread_has_the_name_and_the_id_that_it_was_given() {
    let builder = thread::Builder::new().name("teller".to_owned());
    let teller = builder.spawn(|| (thread::current().name().map(str::to_owned), thread::current().id())).unwrap();
    let id = teller.thread().id();
    assert_eq!(teller.thread().name(), Some("teller"));
    assert_eq!(teller.join().unwrap(), (Some("teller".to_owned()), id));
}

fn a_scope_ends_after_its_threads() {
    let mut numbers = [1, 2, 3];
    let sum = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in &mut numbers {
            scope.spawn(|| {
                *number *= 2;
                sum.fetch_add(*number, Ordering::Relaxed);
            });
        }
    });
    assert_eq!((numbers, sum.into_inner()), ([2, 4, 6], 12));
}

fn a_thread_of_a_scope_starts_another() {
    let count = AtomicUsize::new(0);
    thread::scope(|scope| {
        scope.spawn(|| {
            scope.spawn(|| count.fetch_add(1, Ordering::Relaxed));
            let named = thread::Builder::new().name("named".to_owned());
            named.spawn_scoped(scope, || count.fetch_add(1, Ordering::Relaxed)).unwrap();
        });
    });
    assert_eq!(count.into_inner(), 2);
}

fn a_panic_of_a_joined_thread_stays_with_its_joiner() {
    thread::scope(|scope| {
        let end = scope.spawn(|| panic_any(PlannedPanic)).join();
        assert!(end.unwrap_err().is::<PlannedPanic>());
    });
}

fn a_token_given_early_is_kept_and_does_not_count() {
    thread::current().unpark();
    thread::current().unpark();
    thread::park();
    let main = thread::current();
    let other = thread::spawn(move || main.unpark());
    thread::park();
    other.join().unwrap();
}

fn parking_ends_at_its_time_limit() {
    thread::park_timeout(Duration::from_millis(1));
    thread::sleep(Duration::from_millis(1));
    thread::sleep(Duration::ZERO);
}

fn a_thread_is_finished_when_it_is() {
    let gate = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&gate);
    let thread = thread::spawn(move || {
        theirs.wait();
    });
    assert!(!thread.is_finished());
    gate.wait();
    while !thread.is_finished() {
        thread::yield_now();
    }
    thread.join().unwrap();
}

fn every_machine_has_four_processors() {
    assert_eq!(thread::available_parallelism().unwrap().get(), 4);
}

fn each_thread_has_its_locals() {
    thread_local! {
        static SEEN: Cell<u32> = const { Cell::new(0) };
    }
    SEEN.set(1);
    assert_eq!(thread::spawn(|| SEEN.replace(2)).join().unwrap(), 0);
    assert_eq!(SEEN.get(), 1);
}

fn the_peak_counts_threads_that_live_together() {
    for _ in 0..5 {
        thread::spawn(|| {}).join().unwrap();
    }
    assert_eq!((gauge::live_threads(), gauge::peak_threads()), (0, 1));
    let together = Barrier::new(3);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| together.wait().is_leader());
        }
    });
    assert_eq!((gauge::live_threads(), gauge::peak_threads()), (0, 3));
    gauge::reset_peak();
    assert_eq!(gauge::peak_threads(), 0);
    let lock = Mutex::new(());
    let guard = lock.lock().unwrap();
    assert_eq!(gauge::locks_held(), 1);
    drop(guard);
    assert_eq!(gauge::locks_held(), 0);
}

fn an_unpark_wakes_a_waker_of_ones_own() {
    struct Unpark(thread::Thread);

    impl std::task::Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }

    let waker = std::task::Waker::from(Arc::new(Unpark(thread::current())));
    thread::spawn(move || waker.wake());
    thread::park();
}
