//! Statics start every execution with their initial values.

use kata_shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock};
use kata_shuttle::thread;
use kata_shuttle::unwind::catch_unwind;

use crate::support::*;

/// Makes an exploration of several executions.
fn branch() {
    let value = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| value.fetch_add(1, SeqCst));
        }
    });
}

#[test]
fn values_that_own_memory_are_as_they_were() {
    static LIST: Mutex<Vec<String>> = Mutex::new(Vec::new());
    static TABLE: RwLock<Option<Box<[u8; 100]>>> = RwLock::new(None);
    static LARGE: Mutex<[u64; 64]> = Mutex::new([7; 64]);
    fn scenario() {
        assert!(LIST.lock().unwrap().is_empty());
        LIST.lock().unwrap().push("left over".to_owned());
        assert!(TABLE.write().unwrap().replace(Box::new([1; 100])).is_none());
        let mut large = LARGE.lock().unwrap();
        assert_eq!(*large, [7; 64]);
        large.fill(8);
        branch();
    }
    assert!(assert_holds(scenario) >= 2);
}

#[test]
fn atomics_and_initialisations_are_as_they_were() {
    static COUNT: AtomicUsize = AtomicUsize::new(5);
    static FLAG: AtomicBool = AtomicBool::new(true);
    static ONCE: Once = Once::new();
    static CELL: OnceLock<String> = OnceLock::new();
    static LAZY: LazyLock<Mutex<Vec<usize>>> = LazyLock::new(|| Mutex::new(vec![COUNT.load(SeqCst)]));
    fn scenario() {
        assert_eq!(LAZY.lock().unwrap().as_slice(), [5]);
        LAZY.lock().unwrap().push(1);
        assert_eq!(COUNT.fetch_add(1, SeqCst), 5);
        assert!(FLAG.swap(false, SeqCst));
        let mut ran = false;
        ONCE.call_once(|| ran = true);
        assert!(ran);
        assert!(CELL.set("left over".to_owned()).is_ok());
        branch();
    }
    assert!(assert_holds(scenario) >= 2);
}

#[test]
fn locks_that_are_held_or_poisoned_at_the_end_are_free_at_the_start() {
    static HELD: Mutex<()> = Mutex::new(());
    static READ: RwLock<()> = RwLock::new(());
    static POISONED: Mutex<()> = Mutex::new(());
    static BARRIER: Barrier = Barrier::new(2);
    static CONDVAR: Condvar = Condvar::new();
    fn scenario() {
        assert!(HELD.try_lock().is_ok());
        std::mem::forget(HELD.lock().unwrap());
        assert!(READ.try_write().is_ok());
        std::mem::forget(READ.read().unwrap());
        assert!(!POISONED.is_poisoned());
        let _caught = catch_unwind(|| {
            let _guard = POISONED.lock().unwrap();
            panic!("while holding it");
        });
        thread::spawn(|| BARRIER.wait());
        thread::spawn(|| drop(CONDVAR.wait(POISONED.lock().unwrap_or_else(|error| error.into_inner()))));
        branch();
    }
    assert_passed(&explore_up_to(2, scenario));
}

#[test]
fn nested_primitives_are_as_they_were() {
    struct Inner {
        count: AtomicUsize,
        list: Mutex<Vec<u8>>,
    }
    static OUTER: Mutex<Inner> = Mutex::new(Inner { count: AtomicUsize::new(3), list: Mutex::new(Vec::new()) });
    static ROW: [AtomicUsize; 3] = [const { AtomicUsize::new(2) }; 3];
    fn scenario() {
        let outer = OUTER.lock().unwrap();
        assert_eq!(outer.count.fetch_add(1, SeqCst), 3);
        outer.list.lock().unwrap().push(1);
        assert_eq!(outer.list.lock().unwrap().len(), 1);
        drop(outer);
        assert_eq!(ROW[1].swap(9, SeqCst), 2);
        branch();
    }
    assert!(assert_holds(scenario) >= 2);
}
