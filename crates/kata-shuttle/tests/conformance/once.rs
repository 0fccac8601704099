//! `Once`, `OnceLock` and `LazyLock`.

use std::panic::AssertUnwindSafe;

use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{LazyLock, Once, OnceLock};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;
use kata_trace::DeadlockKind;

use crate::support::*;

#[test]
fn one_initialiser_runs_and_the_others_wait_for_its_end() {
    fn scenario() {
        let (once, runs) = (Once::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    once.call_once(|| {
                        runs.fetch_add(1, SeqCst);
                        runs.fetch_add(10, SeqCst);
                    });
                    assert_eq!(runs.load(SeqCst), 11);
                });
            }
        });
        assert!(once.is_completed());
    }
    assert_passed(&explore_up_to(4, scenario));
}

#[test]
fn any_of_the_racing_initialisers_may_win() {
    fn scenario() {
        let cell = OnceLock::new();
        thread::scope(|scope| {
            for id in 1..=2 {
                let cell = &cell;
                scope.spawn(move || cell.get_or_init(|| id));
            }
            seen(cell.get().copied());
        });
        assert!(cell.get().is_some());
    }
    assert_outcomes(scenario, [None, Some(1), Some(2)]);
}

#[test]
fn looking_during_an_initialisation_finds_nothing() {
    fn scenario() {
        let (once, inside) = (Once::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| inside.store(1, SeqCst)));
            seen((inside.load(SeqCst), once.is_completed()));
        });
    }
    assert_outcomes(scenario, [(0, false), (0, true), (1, false), (1, true)]);
}

#[test]
fn a_panic_in_the_initialiser_poisons_a_once() {
    fn scenario() {
        let once = Once::new();
        let fail = || once.call_once(|| panic!("in the initialiser"));
        assert!(catch_unwind(AssertUnwindSafe(fail)).is_err());
        assert!(!once.is_completed());
        let again = catch_unwind(AssertUnwindSafe(|| once.call_once(|| unreachable!())));
        assert_eq!(message(again), "Once instance has previously been poisoned");
        let wait = catch_unwind(AssertUnwindSafe(|| once.wait()));
        assert_eq!(message(wait), "Once instance has previously been poisoned");
        once.call_once_force(|state| assert!(state.is_poisoned()));
        assert!(once.is_completed());
        once.call_once(|| unreachable!());
        once.wait();
        once.wait_force();
    }
    assert_holds(scenario);
}

fn message(result: thread::Result<()>) -> String {
    let payload = result.unwrap_err();
    payload.downcast_ref::<&str>().map(|text| (*text).to_owned()).or(payload.downcast_ref().cloned()).unwrap()
}

#[test]
fn those_who_wait_for_an_initialiser_that_panics_panic_too() {
    fn scenario() {
        let once = Once::new();
        thread::scope(|scope| {
            let first = scope.spawn(|| once.call_once(|| panic!("in the initialiser")));
            let second = scope.spawn(|| once.call_once(|| panic!("in the initialiser")));
            assert!(first.join().is_err());
            assert!(second.join().is_err());
        });
    }
    assert_holds(scenario);
}

#[test]
fn waiting_for_a_once_does_not_run_it() {
    fn scenario() {
        let (once, cell) = (Once::new(), OnceLock::new());
        thread::scope(|scope| {
            scope.spawn(|| once.call_once(|| {}));
            scope.spawn(|| cell.set(3).unwrap());
            once.wait();
            assert_eq!(*cell.wait(), 3);
        });
        assert!(once.is_completed());
    }
    assert_passed(&explore_up_to(4, scenario));
    fn for_ever() {
        OnceLock::<i32>::new().wait();
    }
    assert_fails(for_ever, kata_trace::Verdict::Deadlock);
}

#[test]
fn a_panic_in_the_initialiser_leaves_a_cell_empty() {
    fn scenario() {
        let cell = OnceLock::new();
        assert!(catch_unwind(AssertUnwindSafe(|| cell.get_or_init(|| panic!("in the initialiser")))).is_err());
        assert_eq!(cell.get(), None);
        assert_eq!(*cell.get_or_init(|| 2), 2);
    }
    assert_holds(scenario);
}

#[test]
fn a_full_cell_keeps_its_value() {
    fn scenario() {
        let mut cell = OnceLock::new();
        assert_eq!(cell.set(1), Ok(()));
        assert_eq!(cell.set(2), Err(2));
        assert_eq!(*cell.get_or_init(|| unreachable!()), 1);
        *cell.get_mut().unwrap() += 1;
        assert_eq!(cell.clone(), OnceLock::from(2));
        assert_eq!(format!("{cell:?} {:?}", OnceLock::<i32>::new()), "OnceLock(2) OnceLock(<uninit>)");
        assert_eq!(cell.take(), Some(2));
        assert_eq!(cell.get(), None);
        cell.set(3).unwrap();
        assert_eq!(cell.into_inner(), Some(3));
    }
    assert_holds(scenario);
}

#[test]
fn setting_a_cell_tells_who_came_first() {
    fn scenario() {
        let cell = OnceLock::new();
        let won = thread::scope(|scope| {
            let other = scope.spawn(|| cell.set(1).is_ok());
            (cell.set(2).is_ok(), other.join().unwrap())
        });
        assert_ne!(won.0, won.1);
        seen((won, *cell.get().unwrap()));
    }
    assert_outcomes(scenario, [((true, false), 2), ((false, true), 1)]);
}

#[test]
fn a_lazy_value_is_made_once_at_its_first_use() {
    fn scenario() {
        let made = AtomicUsize::new(0);
        let lazy = LazyLock::new(|| made.fetch_add(1, SeqCst) + 41);
        assert_eq!(format!("{lazy:?}"), "LazyLock(<uninit>)");
        assert_eq!(made.load(SeqCst), 0);
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(*lazy, 41));
            assert_eq!(*LazyLock::force(&lazy), 41);
        });
        assert_eq!(made.load(SeqCst), 1);
        assert_eq!(format!("{lazy:?}"), "LazyLock(41)");
    }
    assert_holds(scenario);
}

#[test]
fn a_lazy_value_can_be_looked_at_and_changed_by_its_owner() {
    fn scenario() {
        let mut lazy = LazyLock::new(|| 1);
        assert_eq!(LazyLock::get(&lazy), None);
        assert_eq!(LazyLock::get_mut(&mut lazy), None);
        *lazy += 1;
        *LazyLock::force_mut(&mut lazy) += 1;
        *LazyLock::get_mut(&mut lazy).unwrap() += 1;
        assert_eq!((LazyLock::get(&lazy), *lazy), (Some(&4), 4));
        let mut poisoned: LazyLock<i32> = LazyLock::new(|| panic!("in the initialiser"));
        assert!(catch_unwind(AssertUnwindSafe(|| *poisoned += 1)).is_err());
        assert_eq!(message(catch_unwind(AssertUnwindSafe(|| assert_eq!(*poisoned, 0)))), {
            "LazyLock instance has previously been poisoned"
        });
    }
    assert_holds(scenario);
}

#[test]
fn a_panic_in_the_initialiser_poisons_a_lazy_value() {
    fn scenario() {
        let lazy: LazyLock<i32> = LazyLock::new(|| panic!("in the initialiser"));
        assert_eq!(message(catch_unwind(AssertUnwindSafe(|| assert_eq!(*lazy, 0)))), "in the initialiser");
        let again = message(catch_unwind(AssertUnwindSafe(|| assert_eq!(*lazy, 0))));
        assert_eq!(again, "LazyLock instance has previously been poisoned");
    }
    assert_holds(scenario);
}

#[test]
fn an_initialiser_that_needs_its_own_result_never_ends() {
    fn once() {
        let once = Once::new();
        once.call_once(|| once.call_once(|| {}));
    }
    assert_deadlocks(once, DeadlockKind::SelfDeadlock);
    fn cell() {
        let cell = OnceLock::new();
        cell.get_or_init(|| *cell.get_or_init(|| 1));
    }
    assert_deadlocks(cell, DeadlockKind::SelfDeadlock);
    fn lazy() {
        static LAZY: LazyLock<i32> = LazyLock::new(|| *LAZY + 1);
        let _value = *LAZY;
    }
    assert_deadlocks(lazy, DeadlockKind::SelfDeadlock);
}

#[test]
fn a_finished_initialisation_costs_no_executions() {
    fn scenario() {
        let cell = OnceLock::from(1);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| (0..5).for_each(|_| assert_eq!(cell.get(), Some(&1))));
            }
        });
    }
    assert_eq!(assert_holds(scenario), 6, "the orders of the threads' ends");
}
