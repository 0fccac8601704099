use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::sync::{Arc, LazyLock, Once, OnceLock};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Op, Verdict};

use crate::support::{events, fails, outcomes, passes, set};

#[test]
fn racing_initialisers_run_once_and_all_see_the_value() {
    let made = outcomes(|| {
        let (cell, calls) = (OnceLock::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            let (cell, calls) = (&cell, &calls);
            let make = move |value: i32| {
                *cell.get_or_init(|| {
                    calls.fetch_add(1, Relaxed);
                    thread::yield_now();
                    value
                })
            };
            let other = scope.spawn(move || make(1));
            let mine = make(2);
            assert_eq!(other.join().unwrap(), mine);
            assert_eq!(calls.load(Relaxed), 1);
            mine
        })
    });
    assert_eq!(made, set([1, 2]));
}

#[test]
fn a_value_is_set_once() {
    let results = outcomes(|| {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            let other = scope.spawn(|| cell.set(1));
            (cell.set(2), other.join().unwrap(), *cell.get().unwrap())
        })
    });
    assert_eq!(results, set([(Ok(()), Err(1), 2), (Err(2), Ok(()), 1)]));
}

#[test]
fn a_value_may_not_be_known_yet() {
    let known = outcomes(|| {
        let cell = Arc::new(OnceLock::new());
        let other = Arc::clone(&cell);
        let setter = thread::spawn(move || other.set(5).unwrap());
        let known = cell.get().copied();
        setter.join().unwrap();
        assert_eq!(cell.get(), Some(&5));
        known
    });
    assert_eq!(known, set([None, Some(5)]));
}

#[test]
fn wait_returns_when_there_is_a_value() {
    passes(|| {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            scope.spawn(|| cell.set(String::from("there")).unwrap());
            assert_eq!(cell.wait(), "there");
        });
    });
}

#[test]
fn an_initialiser_that_needs_itself_waits_for_ever() {
    let finding = fails(Verdict::Deadlock, || {
        let cell = OnceLock::new();
        cell.get_or_init(|| *cell.get_or_init(|| 1) + 1);
    });
    assert_eq!(finding.kind, Some(DeadlockKind::SelfDeadlock));
    assert_eq!(events(&finding), [(0, Op::InitBegin, false), (0, Op::InitWait, true)]);
}

#[test]
fn a_cell_gives_its_value_back() {
    passes(|| {
        let mut cell = OnceLock::from(1);
        *cell.get_mut().unwrap() += 1;
        assert_eq!(cell, cell.clone());
        assert_eq!(format!("{cell:?} {:?}", OnceLock::<i32>::new()), "OnceLock(2) OnceLock(<uninit>)");
        assert_eq!(cell.take(), Some(2));
        assert_eq!(cell.into_inner(), None);
    });
}

#[test]
fn once_runs_once_and_others_wait_for_it() {
    passes(|| {
        let (once, calls) = (Once::new(), AtomicUsize::new(0));
        let call = || {
            once.call_once(|| {
                calls.fetch_add(1, Relaxed);
            });
            assert!(once.is_completed());
            assert_eq!(calls.load(Relaxed), 1);
        };
        thread::scope(|scope| {
            scope.spawn(call);
            scope.spawn(|| {
                once.wait();
                assert_eq!(calls.load(Relaxed), 1);
            });
            call();
            once.call_once_force(|state| panic!("called again: {state:?}"));
        });
    });
}

#[test]
fn a_lazy_value_is_made_by_the_first_who_asks() {
    let makers = outcomes(|| {
        let lazy = LazyLock::new(|| format!("{:?}", thread::current().id()));
        assert_eq!(LazyLock::get(&lazy), None);
        thread::scope(|scope| {
            let other = scope.spawn(|| lazy.clone());
            let mine = LazyLock::force(&lazy).clone();
            assert_eq!(other.join().unwrap(), mine);
            mine
        })
    });
    assert_eq!(makers, set(["ThreadId(1)".to_owned(), "ThreadId(2)".to_owned()]));
}
