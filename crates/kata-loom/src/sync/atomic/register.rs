//! What every atomic is made of.
//!
//! loom's atomic does not hold the value but the number of a store, and the values are kept beside it. So it is known
//! which store each load has read, values of every type are handled alike, and the rules for sequential consistency
//! that loom lacks can be applied here:
//!
//! loom treats `SeqCst` as `AcqRel`, except that a load does not read a store that is older than another one when both
//! are `SeqCst`. In C++20 a sequentially consistent load reads nothing that is older than a store before it in the single
//! total order S, nor older than a store that precedes a fence before it in S; and a load that follows a fence reads
//! nothing older than a sequentially consistent store before the fence in S. The order in which loom executes
//! operations serves as S. Hence:
//!
//! - the initial value counts as a `SeqCst` store;
//! - a `SeqCst` store is put behind all stores before it, by looking at the newest one first;
//! - a load that loom lets read a store too old for it ([`Register::too_old`]) reads the newest one instead: such an
//!   execution is one that is explored anyway.

use std::cell::RefCell;
use std::panic::Location;
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use kata::Scalar;
use kata_trace::{ObjectKind, Op, ThreadId};
use loom::sync::atomic::AtomicUsize;

use crate::demand::{self, Demand};
use crate::execution::{self, joined, switching};
use crate::object::Object;
use crate::point::Point;

/// No store has this number: a compare-and-exchange that expects it fails, reading the newest store and writing none.
const NEVER: usize = usize::MAX;

/// A store that was announced and not executed yet has this stamp.
const LATER: u32 = u32::MAX;

/// A value of an atomic.
pub(super) trait Word: Copy + PartialEq {
    /// The form that is recorded.
    fn scalar(self) -> Scalar;
}

#[derive(Clone, Copy)]
struct Store<T> {
    value: T,
    thread: ThreadId,
    stamp: u32,
    seq_cst: bool,
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
        let seq_cst = demand::met(Demand::SeqCst);
        let (thread, stamp) = execution::with(|e| (e.running(), e.next_stamp()));
        let mut stores = self.stores.borrow_mut();
        stores.push(Store { value, thread, stamp, seq_cst, entry: None });
        if seq_cst {
            stores.push(Store { value, thread, stamp, seq_cst, entry: None });
            drop(stores);
            // Nobody else can know of the atomic yet, but others may run.
            joined(|| switching(|| self.newest.store(1, SeqCst)));
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
        let seq_cst = seq_cst(order);
        self.loads.visit();
        let mut read = switching(|| self.newest.load(order));
        if demand::met(Demand::SeqCst) && self.too_old(read, seq_cst) {
            read = joined(|| self.peek(order));
        }
        let store = self.stores.borrow()[read];
        let entry = execution::complete(|entry| {
            entry.after = store.value.scalar();
            entry.ordering = Some(name(order));
        });
        self.reads(entry, &store);
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
        let number = self.announce(value, seq_cst(order));
        if seq_cst(order) && demand::met(Demand::SeqCst) {
            switching(|| self.peek(Relaxed));
            joined(|| self.newest.store(number, order));
        } else {
            switching(|| self.newest.store(number, order));
        }
        let entry = execution::complete(|entry| {
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.execute(number, entry);
    }

    #[track_caller]
    pub(super) fn update(&self, order: Ordering, change: impl FnOnce(T) -> T) -> T {
        let at = Location::caller();
        execution::attempt(Op::ReadModifyWrite, Some(self.object.id(at)), None, at);
        // A value that nobody reads before the next statements set it.
        let some = self.stores.borrow()[0].value;
        let number = self.announce(some, seq_cst(order));
        let read = switching(|| self.newest.swap(number, order));
        let store = self.stores.borrow()[read];
        let value = change(store.value);
        self.stores.borrow_mut()[number].value = value;
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.execute(number, entry);
        self.reads(entry, &store);
        if store.value == value {
            execution::observed(self.object.id(at), at, read as u64);
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
        let number = self.announce(new, seq_cst(success));
        seq_cst(failure);
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
        let read = *exchanged.as_ref().unwrap_or_else(|read| read);
        let store = self.stores.borrow()[read];
        let exchanged = exchanged.is_ok();
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = if exchanged { new.scalar() } else { Scalar::None };
            entry.ok = Some(exchanged);
            entry.ordering = Some(name(if exchanged { success } else { failure }));
        });
        self.reads(entry, &store);
        if exchanged {
            self.execute(number, entry);
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
        seq_cst(failure);
        let read = switching(|| self.peek(failure));
        let store = self.stores.borrow()[read];
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.ok = Some(false);
            entry.ordering = Some(name(failure));
            entry.cause = Some(kata_trace::Cause::Spurious);
        });
        self.reads(entry, &store);
        Err(store.value)
    }

    /// The value, which nobody else can reach.
    pub(super) fn get_mut(&mut self) -> &mut T {
        let at = self.object.created();
        execution::free(Op::Store, self.object.known(), at);
        self.newest.with_mut(|_| ());
        execution::abandon();
        let read = switching(|| self.peek(Relaxed));
        // Stores that nothing has ordered yet are before this one.
        let value = self.stores.borrow()[read].value;
        let number = self.announce(value, false);
        joined(|| self.newest.store(number, Relaxed));
        let stamp = execution::with(execution::Execution::next_stamp);
        let stores = self.stores.get_mut();
        stores[number].stamp = stamp;
        &mut stores[number].value
    }

    /// The number of the newest store, which is read without writing.
    fn peek(&self, order: Ordering) -> usize {
        self.newest.compare_exchange(NEVER, NEVER, Relaxed, order).unwrap_or_else(|newest| newest)
    }

    /// Reserves a number for a store.
    fn announce(&self, value: T, seq_cst: bool) -> usize {
        let thread = execution::me();
        let mut stores = self.stores.borrow_mut();
        stores.push(Store { value, thread, stamp: LATER, seq_cst, entry: None });
        stores.len() - 1
    }

    /// An announced store has been executed.
    fn execute(&self, number: usize, entry: usize) {
        let stamp = execution::with(execution::Execution::next_stamp);
        let store = &mut self.stores.borrow_mut()[number];
        store.stamp = stamp;
        store.entry = Some(entry);
    }

    fn reads(&self, load: usize, store: &Store<T>) {
        if let Some(store) = store.entry {
            execution::with(|e| e.add_read(load, store));
        }
    }

    fn newest_with(&self, value: T) -> usize {
        let stores = self.stores.borrow();
        let executed = stores.iter().enumerate().filter(|(_, store)| store.stamp != LATER && store.value == value);
        executed.max_by_key(|(_, store)| store.stamp).map_or(NEVER, |(number, _)| number)
    }

    /// Whether a load by the running thread must not read a store that loom lets it read.
    fn too_old(&self, read: usize, seq_cst: bool) -> bool {
        let stores = self.stores.borrow();
        let read = stores[read].stamp;
        execution::with(|e| {
            let fenced = e.me().fenced;
            stores.iter().filter(|store| store.stamp != LATER && store.stamp > read).any(|newer| {
                let before_its_fence = newer.stamp < e.threads[usize::from(newer.thread)].fenced;
                (seq_cst && (newer.seq_cst || before_its_fence)) || (newer.seq_cst && newer.stamp < fenced)
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

/// Whether an operation is sequentially consistent: then everything has to be prepared for it.
fn seq_cst(order: Ordering) -> bool {
    let seq_cst = order == SeqCst;
    if seq_cst {
        demand::demand(Demand::SeqCst);
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
