//! What every atomic is made of.
//!
//! loom's atomic does not hold the value but the number of a store, and the values are kept beside it. So it is known
//! which store each load has read, values of every type are handled alike, and the rules for sequential consistency
//! that loom lacks can be applied here:
//!
//! loom treats `SeqCst` as `AcqRel`, except that a load does not read a store that is older than another one when both
//! are `SeqCst`, and that fences order each other. C++20 has a single total order S of all sequentially consistent
//! operations, for which the order in which loom executes them serves. A load that reads a store is
//! *coherence-ordered before* every newer store and before every load that reads a newer store; call those J. Then
//! (atomics.order, paragraph 4):
//!
//! - a `SeqCst` load comes in S before every `SeqCst` J, and before every fence that follows a J;
//! - a fence before the load comes in S before every `SeqCst` J, and before every fence that follows a J.
//!
//! The same goes for a store in place of the load. So a store is too old for a load if S says otherwise ([`Register::too_old`]). The last of these rules is loom's own;
//! for the others “before” and “follows” are taken within one thread. A load that loom lets read a store too old reads the
//! newest one instead: such an execution is one that is explored anyway. A store that
//! must be newer than another one looks at the newest one first, without reading it in the sense of the model. The
//! initial value counts as a `SeqCst` store.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use kata::Scalar;
use kata_trace::{Cause, ObjectKind, Op};
use loom::sync::atomic::AtomicUsize;

use crate::demand::{self, Demand};
use crate::execution::{self, MAX_THREADS, joined, switching};
use crate::object::Object;
use crate::point::Point;

/// No store has this number: a compare-and-exchange that expects it fails, reading the newest store and writing none.
const NEVER: usize = usize::MAX;

/// The stamp of what has not taken place yet.
const NOT_YET: u32 = u32::MAX;

/// A value of an atomic.
pub(super) trait Word: Copy + PartialEq {
    /// The form that is recorded.
    fn scalar(self) -> Scalar;
}

#[derive(Clone, Copy)]
struct Store<T> {
    value: T,
    /// When it was executed.
    stamp: u32,
    /// When a `SeqCst` operation first wrote or read it.
    in_s: u32,
    /// When each thread first wrote or read it.
    seen: [u32; MAX_THREADS],
    /// Its entry in the log; the initial value has none.
    entry: Option<usize>,
}

pub(super) struct Register<T> {
    object: Object,
    newest: AtomicUsize,
    /// Where loads meet. loom compares a store with the last access only, so that a load by the storing thread would
    /// hide an earlier one by somebody else.
    loads: Point,
    stores: RefCell<Vec<Store<T>>>,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Send for Register<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Sync for Register<T> {}

impl<T: Word> Register<T> {
    #[track_caller]
    pub(super) fn new(value: T) -> Self {
        let register = Register {
            object: Object::new(ObjectKind::Atomic),
            newest: AtomicUsize::new(0),
            loads: Point::new(),
            stores: RefCell::new(Vec::with_capacity(4)),
        };
        register.initialise(value);
        register
    }

    fn initialise(&self, value: T) {
        let number = self.announce(value);
        self.see(number, true);
        if demand::is_met(Demand::SeqCst) {
            let number = self.announce(value);
            // Nobody else can know of the atomic yet.
            joined(|| self.newest.store(number, SeqCst));
            self.see(number, true);
        }
    }

    #[track_caller]
    pub(super) fn load(&self, order: Ordering) -> T {
        if matches!(order, Release | AcqRel) {
            panic!("there is no such thing as a release load or an acquire-release load");
        }
        let at = Location::caller();
        let object = self.object.id(at);
        execution::attempt(Op::Load, Some(object), None, at);
        let seq_cst = is_seq_cst(order);
        self.loads.visit();
        let mut read = switching(|| self.newest.load(order));
        if demand::is_met(Demand::SeqCst) && self.too_old(read, seq_cst) {
            read = joined(|| self.peek(order));
        }
        let store = self.read(read, seq_cst);
        let entry = execution::complete(|entry| {
            entry.after = store.value.scalar();
            entry.ordering = Some(name(order));
        });
        record_read(entry, &store);
        execution::observed(object, at, read as u64);
        store.value
    }

    #[track_caller]
    pub(super) fn store(&self, value: T, order: Ordering) {
        if matches!(order, Acquire | AcqRel) {
            panic!("there is no such thing as an acquire store or an acquire-release store");
        }
        let at = Location::caller();
        execution::attempt(Op::Store, Some(self.object.id(at)), None, at);
        let seq_cst = is_seq_cst(order);
        let number = self.announce(value);
        if seq_cst || self.is_late() {
            switching(|| self.peek(Relaxed));
            joined(|| self.newest.store(number, order));
        } else {
            switching(|| self.newest.store(number, order));
        }
        let entry = execution::complete(|entry| {
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.wrote(number, seq_cst, entry);
    }

    #[track_caller]
    pub(super) fn update(&self, order: Ordering, change: impl FnOnce(T) -> T) -> T {
        let at = Location::caller();
        let object = self.object.id(at);
        execution::attempt(Op::ReadModifyWrite, Some(object), None, at);
        let seq_cst = is_seq_cst(order);
        // Any value: it is set before anybody can read it.
        let some = self.stores.borrow()[0].value;
        let number = self.announce(some);
        let read = switching(|| self.newest.swap(number, order));
        let store = self.read(read, seq_cst);
        let value = change(store.value);
        self.stores.borrow_mut()[number].value = value;
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.wrote(number, seq_cst, entry);
        record_read(entry, &store);
        if store.value == value {
            execution::observed(object, at, 0);
        }
        store.value
    }

    #[track_caller]
    pub(super) fn compare_exchange(&self, current: T, new: T, success: Ordering, failure: Ordering) -> Result<T, T> {
        if matches!(failure, Release | AcqRel) {
            panic!("there is no such thing as a release failure ordering or an acquire-release failure ordering");
        }
        let at = Location::caller();
        let object = self.object.id(at);
        execution::attempt(Op::CompareExchange, Some(object), None, at);
        let seq_cst = (is_seq_cst(success), is_seq_cst(failure));
        let number = self.announce(new);
        // loom compares the numbers of stores. Any number of a store with the current value will do: if another one
        // turns out to be the newest, that one is expected instead, with nothing in between.
        let mut expected = self.newest_with(current);
        let mut exchanged = switching(|| self.newest.compare_exchange(expected, number, success, failure));
        while let Err(read) = exchanged {
            if self.stores.borrow()[read].value != current {
                break;
            }
            expected = read;
            exchanged = joined(|| self.newest.compare_exchange(expected, number, success, failure));
        }
        let (read, exchanged) = match exchanged {
            Ok(read) => (read, true),
            Err(read) => (read, false),
        };
        let store = self.read(read, if exchanged { seq_cst.0 } else { seq_cst.1 });
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = if exchanged { new.scalar() } else { Scalar::None };
            entry.ok = Some(exchanged);
            entry.ordering = Some(name(if exchanged { success } else { failure }));
        });
        record_read(entry, &store);
        if exchanged {
            self.wrote(number, seq_cst.0, entry);
            return Ok(store.value);
        }
        execution::observed(object, at, read as u64);
        Err(store.value)
    }

    /// A compare-and-exchange that fails for no reason.
    #[track_caller]
    pub(super) fn fail_exchange(&self, failure: Ordering) -> Result<T, T> {
        let at = Location::caller();
        execution::attempt(Op::CompareExchange, Some(self.object.id(at)), None, at);
        let seq_cst = is_seq_cst(failure);
        let read = switching(|| self.peek(failure));
        let store = self.read(read, seq_cst);
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.ok = Some(false);
            entry.ordering = Some(name(failure));
            entry.cause = Some(Cause::Spurious);
        });
        record_read(entry, &store);
        Err(store.value)
    }

    /// The value, which nobody else can reach.
    pub(super) fn get_mut(&mut self) -> &mut T {
        execution::free(Op::Store, self.object.known(), self.object.created());
        self.newest.with_mut(|_| ());
        execution::abandon();
        let read = switching(|| self.peek(Relaxed));
        let value = self.stores.borrow()[read].value;
        // A store of its own, behind all others: which of them is the newest may have been open.
        let number = self.announce(value);
        joined(|| self.newest.store(number, Relaxed));
        self.see(number, false);
        &mut self.stores.get_mut()[number].value
    }

    /// The number of the newest store, which is read without writing.
    fn peek(&self, order: Ordering) -> usize {
        self.newest.compare_exchange(NEVER, NEVER, Relaxed, order).unwrap_or_else(|newest| newest)
    }

    /// Reserves a number for a store.
    fn announce(&self, value: T) -> usize {
        let mut stores = self.stores.borrow_mut();
        let not_yet = [NOT_YET; MAX_THREADS];
        stores.push(Store { value, stamp: NOT_YET, in_s: NOT_YET, seen: not_yet, entry: None });
        stores.len() - 1
    }

    /// The running thread has written an announced store.
    fn wrote(&self, number: usize, seq_cst: bool, entry: usize) {
        self.see(number, seq_cst);
        self.stores.borrow_mut()[number].entry = Some(entry);
    }

    /// The running thread has read a store.
    fn read(&self, number: usize, seq_cst: bool) -> Store<T> {
        if demand::is_met(Demand::SeqCst) {
            self.see(number, seq_cst);
        }
        self.stores.borrow()[number]
    }

    fn see(&self, number: usize, seq_cst: bool) {
        let store = &mut self.stores.borrow_mut()[number];
        execution::with(|e| {
            let now = e.next_stamp();
            let seen = &mut store.seen[usize::from(e.running())];
            *seen = now.min(*seen);
            store.stamp = now.min(store.stamp);
            if seq_cst {
                store.in_s = now.min(store.in_s);
            }
        });
    }

    fn newest_with(&self, value: T) -> usize {
        let stores = self.stores.borrow();
        let executed = stores.iter().enumerate().filter(|(_, store)| store.stamp != NOT_YET && store.value == value);
        executed.max_by_key(|(_, store)| store.stamp).map_or(NEVER, |(number, _)| number)
    }

    /// Whether a store by the running thread comes behind a `SeqCst` operation on another one, and so behind that one: a
    /// fence of this thread is between them in S.
    fn is_late(&self) -> bool {
        if !demand::is_met(Demand::SeqCst) {
            return false;
        }
        let fenced = execution::with(|e| e.me().fenced);
        self.stores.borrow().iter().any(|store| store.in_s < fenced)
    }

    /// Whether a load by the running thread must not read a store that loom lets it read: see the head of this file.
    fn too_old(&self, read: usize, seq_cst: bool) -> bool {
        let stores = self.stores.borrow();
        let read = stores[read].stamp;
        execution::with(|e| {
            let fenced = |thread: usize| e.threads.get(thread).map_or(0, |thread| thread.fenced);
            let my_fence = fenced(usize::from(e.running()));
            let newer = |store: &&Store<T>| store.stamp != NOT_YET && store.stamp > read;
            stores.iter().filter(newer).any(|store| {
                let before_a_fence = || (0..MAX_THREADS).any(|thread| store.seen[thread] < fenced(thread));
                (seq_cst && (store.in_s != NOT_YET || before_a_fence())) || store.in_s < my_fence
            })
        })
    }
}

impl<T> Drop for Register<T> {
    fn drop(&mut self) {
        // The atomic ceases to exist, which nobody may overlap.
        execution::free(Op::Store, self.object.known(), self.object.created());
        self.newest.with_mut(|_| ());
        execution::abandon();
    }
}

fn record_read<T>(load: usize, store: &Store<T>) {
    if let Some(store) = store.entry {
        execution::with(|e| e.add_read(load, store));
    }
}

/// Whether an operation is sequentially consistent: then everybody has to be prepared for it.
fn is_seq_cst(order: Ordering) -> bool {
    let seq_cst = order == SeqCst;
    if seq_cst {
        demand::require(Demand::SeqCst);
    }
    seq_cst
}

/// The name of an ordering, as it is recorded.
pub(super) fn name(order: Ordering) -> &'static str {
    match order {
        Relaxed => "Relaxed",
        Release => "Release",
        Acquire => "Acquire",
        AcqRel => "AcqRel",
        _ => "SeqCst",
    }
}
