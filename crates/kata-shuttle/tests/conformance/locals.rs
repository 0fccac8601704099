//! `thread_local!` keys.

use std::cell::{Cell, RefCell};

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::thread::{self, LocalKey};
use kata_trace::Verdict;

use crate::support::*;

static COUNT: LocalKey<Cell<u32>> = LocalKey::new(|| Cell::new(1));
static WORDS: LocalKey<RefCell<Vec<&str>>> = LocalKey::new(RefCell::default);

#[test]
fn every_thread_has_its_own_value_and_makes_it_at_its_first_use() {
    fn scenario() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        static KEY: LocalKey<usize> = LocalKey::new(|| MADE.fetch_add(1, SeqCst));
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    COUNT.set(COUNT.get() + 1);
                    thread::yield_now();
                    assert_eq!(COUNT.get(), 2);
                    assert_eq!(KEY.with(|value| *value), KEY.with(|value| *value));
                });
            }
        });
        assert_eq!(COUNT.get(), 1);
        assert_eq!(MADE.load(SeqCst), 2);
    }
    assert_holds(scenario);
}

#[test]
fn cells_have_their_short_forms() {
    fn scenario() {
        assert_eq!(COUNT.replace(5), 1);
        assert_eq!(COUNT.take(), 5);
        assert_eq!(COUNT.get(), 0);
        WORDS.with_borrow_mut(|words| words.push("a"));
        WORDS.with_borrow(|words| assert_eq!(words, &["a"]));
        assert_eq!(WORDS.replace(vec!["b"]), ["a"]);
        assert_eq!(WORDS.take(), ["b"]);
        WORDS.set(vec!["c"]);
        assert_eq!(WORDS.take(), ["c"]);
    }
    assert_holds(scenario);
}

#[test]
fn setting_a_value_does_not_make_the_first_one() {
    fn scenario() {
        static KEY: LocalKey<Cell<u32>> = LocalKey::new(|| panic!("made"));
        KEY.set(3);
        assert_eq!(KEY.get(), 3);
    }
    assert_holds(scenario);
}

#[test]
fn values_start_anew_in_every_execution() {
    fn scenario() {
        assert_eq!(COUNT.replace(9), 1);
        static VALUE: AtomicUsize = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| VALUE.store(1, SeqCst));
            VALUE.load(SeqCst);
        });
    }
    assert_eq!(assert_holds(scenario), 2);
}

#[test]
fn values_are_dropped_at_the_end_of_their_thread() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counts;
    impl Drop for Counts {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    fn scenario() {
        static KEY: LocalKey<Counts> = LocalKey::new(|| Counts);
        thread::spawn(|| KEY.with(|_| ())).join().unwrap();
        assert_eq!(DROPPED.load(SeqCst), 1);
        let panicked = thread::spawn(|| KEY.with(|_| panic!("in between"))).join();
        assert!(panicked.is_err());
        assert_eq!(DROPPED.load(SeqCst), 2);
    }
    assert_holds(scenario);
}

#[test]
fn a_destructor_may_use_other_keys_as_long_as_they_last() {
    static DROPPED: AtomicUsize = AtomicUsize::new(0);
    struct Counts;
    impl Drop for Counts {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    struct Looks;
    impl Drop for Looks {
        fn drop(&mut self) {
            static KEY: LocalKey<Counts> = LocalKey::new(|| Counts);
            KEY.with(|_| ());
            assert_eq!(COUNT.get(), 4, "what needs no destructor lasts");
        }
    }
    fn scenario() {
        static KEY: LocalKey<Looks> = LocalKey::new(|| Looks);
        let thread = thread::spawn(|| {
            COUNT.set(4);
            KEY.with(|_| ());
        });
        thread.join().unwrap();
        assert_eq!(DROPPED.load(SeqCst), 1, "although it was made late");
    }
    assert_holds(scenario);
}

#[test]
fn a_value_that_is_gone_cannot_be_had() {
    struct Looks;
    impl Drop for Looks {
        fn drop(&mut self) {
            assert!(KEY.try_with(|_| ()).is_err());
        }
    }
    static KEY: LocalKey<Looks> = LocalKey::new(|| Looks);
    fn scenario() {
        thread::spawn(|| KEY.with(|_| ())).join().unwrap();
    }
    assert_holds(scenario);
}

#[test]
fn a_destructor_that_panics_ends_the_process() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("in a destructor");
        }
    }
    fn scenario() {
        static KEY: LocalKey<Panics> = LocalKey::new(|| Panics);
        let _unreachable = thread::spawn(|| KEY.with(|_| ())).join();
    }
    let finding = assert_fails(scenario, Verdict::Panicked);
    assert_eq!(finding.message, "panicked while dropping a thread-local, which aborts the process: in a destructor");
}
