use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use kata_loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use kata_loom::sync::{Arc, Mutex};
use kata_loom::{explore_with, thread, thread_local};
use kata_trace::{Budget, Op, Verdict};

use crate::support::{events, explore, fails, outcomes, passes, set};

#[test]
fn joining_returns_the_result_and_orders_what_the_thread_did() {
    passes(|| {
        let seen = Arc::new(AtomicUsize::new(0));
        let other = Arc::clone(&seen);
        let thread = thread::spawn(move || {
            other.store(1, Relaxed);
            "result"
        });
        assert_eq!(thread.join().unwrap(), "result");
        assert_eq!(seen.load(Relaxed), 1);
    });
}

#[test]
fn what_happened_before_spawning_is_known_to_the_thread() {
    passes(|| {
        let flag = AtomicUsize::new(0);
        flag.store(1, Relaxed);
        thread::scope(|scope| {
            scope.spawn(|| assert_eq!(flag.load(Relaxed), 1));
        });
    });
}

#[test]
fn a_scope_joins_its_threads_and_those_that_they_start() {
    passes(|| {
        let done = AtomicUsize::new(0);
        thread::scope(|scope| {
            let done = &done;
            scope.spawn(move || {
                scope.spawn(move || done.fetch_add(1, Relaxed));
                done.fetch_add(1, Relaxed);
            });
            let own = scope.spawn(move || done.fetch_add(1, Relaxed) + 1);
            assert!(own.join().unwrap() >= 1);
        });
        assert_eq!(done.into_inner(), 3);
    });
}

#[test]
fn scoped_threads_borrow() {
    passes(|| {
        let mut values = [1, 2, 3];
        let sum = thread::scope(|scope| {
            let (left, right) = values.split_at_mut(1);
            scope.spawn(|| left[0] = 10);
            scope.spawn(|| right.iter_mut().for_each(|value| *value += 1)).join().unwrap();
            "done"
        });
        assert_eq!((sum, values), ("done", [10, 3, 4]));
    });
}

#[test]
fn a_builder_names_threads() {
    let finding = fails(Verdict::Panicked, || {
        let thread = thread::Builder::new().name("worker".to_owned()).stack_size(1 << 16);
        let thread = thread.spawn(|| assert_eq!(thread::current().name(), Some("worker"))).unwrap();
        assert_eq!(thread.thread().name(), Some("worker"));
        let id = thread.thread().id();
        assert_ne!(id, thread::current().id());
        thread.join().unwrap();
        thread::scope(|scope| {
            let named = thread::Builder::new().name("scoped".to_owned()).spawn_scoped(scope, || ()).unwrap();
            assert_eq!(named.thread().name(), Some("scoped"));
        });
        assert_eq!(thread::current().name(), Some("main"));
        panic!("to see the trace");
    });
    let names: Vec<_> = finding.trace.unwrap().threads.into_iter().map(|thread| thread.name).collect();
    assert_eq!(names, ["main", "worker", "scoped"]);
}

#[test]
fn a_thread_is_finished_or_not() {
    let finished = outcomes(|| {
        let thread = thread::spawn(|| ());
        let finished = thread.is_finished();
        thread.join().unwrap();
        finished
    });
    assert_eq!(finished, set([false, true]));
    passes(|| {
        let thread = thread::spawn(|| ());
        while !thread.is_finished() {}
        thread::scope(|scope| {
            let thread = scope.spawn(|| ());
            while !thread.is_finished() {
                thread::yield_now();
            }
        });
    });
}

#[test]
fn threads_that_nobody_joins_run_to_their_end() {
    let orders = outcomes(|| {
        let order = Arc::new(Mutex::new(Vec::new()));
        let other = Arc::clone(&order);
        drop(thread::spawn(move || other.lock().unwrap().push(1)));
        let mut mine = order.lock().unwrap();
        mine.push(0);
        mine.clone()
    });
    assert_eq!(orders, BTreeSet::from([vec![0], vec![1, 0]]));
}

#[test]
fn more_than_five_threads_are_too_many() {
    let finding = fails(Verdict::Oversubscribed, || {
        thread::scope(|scope| {
            for _ in 0..5 {
                scope.spawn(|| ());
            }
        });
    });
    assert!(finding.message.starts_with("more than 5 threads"), "{}", finding.message);
}

#[test]
fn a_panic_in_a_thread_ends_the_scenario() {
    let finding = fails(Verdict::Panicked, || {
        let _ = thread::spawn(|| panic!("in a thread")).join();
    });
    assert_eq!(finding.message, "in a thread");
    assert!(finding.at.unwrap().file.ends_with("conformance/thread.rs"));
}

#[test]
fn yielding_and_sleeping_let_others_run_and_order_nothing() {
    let values = outcomes(|| {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| value.store(1, Relaxed));
            thread::yield_now();
            thread::sleep(std::time::Duration::from_secs(1000));
            kata_loom::hint::spin_loop();
            value.load(Relaxed)
        })
    });
    assert_eq!(values, set([0, 1]));
}

#[test]
fn threads_that_wait_for_a_third_one_do_not_keep_it_waiting() {
    let budget = || Budget { preemptions: Some(2), ..Budget::default() };
    let taken = |take: fn(&AtomicBool, &Mutex<bool>) -> bool, give: fn(&AtomicBool, &Mutex<bool>)| {
        let finding = explore_with(budget(), None, move || {
            let (flag, guarded) = (AtomicBool::new(false), Mutex::new(false));
            let visit = || {
                while !take(&flag, &guarded) {
                    thread::yield_now();
                }
                give(&flag, &guarded);
            };
            thread::scope(|scope| {
                scope.spawn(visit);
                scope.spawn(visit);
                visit();
            });
        });
        assert_eq!(finding.verdict, Verdict::Passed, "{}", finding.message);
        assert_eq!(finding.evidence.preemption_bound, Some(2), "{:?}", finding.evidence);
    };
    // A try that fails changes nothing, or looks as if it did.
    taken(|flag, _| !flag.swap(true, Acquire), |flag, _| flag.store(false, Release));
    taken(|_, flag| !std::mem::replace(&mut *flag.lock().unwrap(), true), |_, flag| *flag.lock().unwrap() = false);
}

#[test]
fn a_livelock_says_who_waits_meanwhile() {
    let finding = fails(Verdict::Livelock, || {
        let flag = AtomicBool::new(true);
        thread::scope(|scope| {
            let spins = scope.spawn(|| {
                while flag.load(Relaxed) {
                    thread::yield_now();
                }
            });
            spins.join().unwrap();
        });
    });
    let events = events(&finding);
    let joins = events.iter().position(|event| *event == (0, Op::Join, true)).expect("the first thread waits");
    assert!(events[joins + 1..].iter().all(|(thread, ..)| *thread == 1), "{events:?}");
    assert!(events.len() < 20, "{events:?}");
}

#[test]
fn the_machine_has_four_processors() {
    passes(|| assert_eq!(thread::available_parallelism().unwrap().get(), 4));
}

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(1) };
    static LIST: RefCell<Vec<u32>> = RefCell::new(vec![7]);
    static TIDY: Tidy = Tidy;
}

static TIDIED: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);

struct Tidy;

impl Drop for Tidy {
    fn drop(&mut self) {
        assert!(TIDY.try_with(|_| ()).is_err(), "the value is being destroyed");
        TIDIED.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn each_thread_has_its_own_locals_in_each_execution() {
    passes(|| {
        COUNT.set(COUNT.get() + 1);
        thread::spawn(|| {
            assert_eq!(COUNT.replace(5), 1);
            assert_eq!(COUNT.take(), 5);
            COUNT.update(|count| count + 3);
            assert_eq!(COUNT.with(Cell::get), 3);
        })
        .join()
        .unwrap();
        assert_eq!(COUNT.get(), 2, "left over from another execution");
        LIST.with_borrow_mut(|list| list.push(8));
        assert_eq!(LIST.with_borrow(Vec::len), 2);
        assert_eq!(LIST.take(), [7, 8]);
        LIST.set(vec![1]);
        assert_eq!(LIST.replace(Vec::new()), [1]);
    });
}

#[test]
fn locals_are_destroyed_when_their_thread_ends() {
    let finding = explore(|| {
        let before = TIDIED.load(std::sync::atomic::Ordering::Relaxed);
        thread::spawn(|| TIDY.with(|_| ())).join().unwrap();
        assert_eq!(TIDIED.load(std::sync::atomic::Ordering::Relaxed), before + 1);
    });
    assert_eq!(finding.verdict, Verdict::Passed, "{}", finding.message);
}
