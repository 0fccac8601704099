//! What every atomic is made of.
//!
//! loom's atomic does not hold the value but the number of a store, and the values are kept beside it. So it is known
//! which store each load has read, values of every type are handled alike, and rules that loom lacks can be applied
//! here.
//!
//! # Sequential consistency
//!
//! loom treats `SeqCst` as `AcqRel`, except that a load does not read a store that is older than another one when both
//! are `SeqCst`, and that fences order each other. C++20 has a single total order S of all sequentially consistent
//! operations, for which the order in which loom executes them serves. A load that reads a store is
//! *coherence-ordered before* every newer store and before every load that reads a newer store; call those J. Then
//! (atomics.order, paragraph 4):
//!
//! - a `SeqCst` load comes in S before every `SeqCst` J, and before every fence that a J happens before;
//! - a fence that happens before the load comes in S before every `SeqCst` J, and before every fence that a J happens
//!   before.
//!
//! So a store is too old for a load if S says otherwise ([`Register::too_old`]); the last of these rules is loom's own. A
//! load that loom lets read a store too old reads the newest one instead: such an execution is one that is explored
//! anyway. The same goes for stores ([`Register::must_be_newest`]), which then look at the newest one first. The initial
//! value counts as a `SeqCst` store.
//!
//! # Read-modify-write
//!
//! Nothing comes between the store that such an operation reads and the one that it writes, in the order of
//! modifications. loom leaves a store that is not ordered with the two in any place, even between them. A store whose
//! thread knows the beginning of a chain of such operations is therefore put behind the chain.

use std::cell::RefCell;
use std::panic::{Location, RefUnwindSafe};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

use kata::Scalar;
use kata_trace::{Cause, ObjectKind, Op};
use loom::sync::atomic::AtomicUsize;

use super::loads::Loads;
use crate::demand::{self, Demand};
use crate::execution::{self, Execution, MAX_THREADS, joined, outside, switching};
use crate::knowledge::Knowledge;
use crate::object::Object;

/// No store has this number: a compare-and-exchange that expects it fails, reading the newest store and writing none.
const NEVER: usize = usize::MAX;

/// The moment of what has not taken place yet.
const NOT_YET: u32 = u32::MAX;

/// A value of an atomic.
pub(super) trait Word: Copy + PartialEq {
    /// The form that is recorded.
    fn scalar(self) -> Scalar;
}

#[derive(Clone, Copy)]
struct Store<T> {
    value: T,
    facts: Facts,
}

/// What is known of a store besides its value.
#[derive(Clone, Copy)]
struct Facts {
    /// When it was executed.
    moment: u32,
    /// When a `SeqCst` operation first wrote or read it.
    in_s: u32,
    /// When each thread first wrote or read it.
    seen: [u32; MAX_THREADS],
    /// What those who acquire it learn.
    sync: Knowledge,
    /// The store at the beginning of a chain of read-modify-write operations that ends with this one.
    root: usize,
    /// Its entry in the log; the initial value has none.
    entry: Option<usize>,
}

impl Facts {
    fn is_executed(&self) -> bool {
        self.moment != NOT_YET
    }

    /// Whether somebody who knows that much knows of the store.
    fn is_known(&self, knowledge: &Knowledge) -> bool {
        (0..).zip(&self.seen).any(|(thread, seen)| *seen != NOT_YET && knowledge.covers(thread, *seen))
    }
}

pub(super) struct Register<T> {
    object: Object,
    newest: AtomicUsize,
    stores: RefCell<Vec<Store<T>>>,
    loads: Loads,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Send for Register<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Sync for Register<T> {}

impl<T> RefUnwindSafe for Register<T> {}

impl<T: Word> Register<T> {
    #[track_caller]
    pub(super) fn new(value: T) -> Self {
        let register = Register {
            object: Object::new(ObjectKind::Atomic),
            newest: outside(|| AtomicUsize::new(0)),
            stores: RefCell::new(Vec::with_capacity(4)),
            loads: Loads::default(),
        };
        let number = register.announce(value);
        register.see(number, true);
        if demand::is_met(Demand::SeqCst) {
            let number = register.announce(value);
            // Nobody else can know of the atomic yet.
            joined(|| register.newest.store(number, SeqCst));
            register.see(number, true);
        }
        register
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
        let mut number = switching(|| self.newest.load(order));
        self.loads.loaded();
        if demand::is_met(Demand::SeqCst) && self.too_old(number, seq_cst) {
            number = joined(|| self.peek(order));
        }
        let store = self.read(number, order);
        let entry = execution::complete(|entry| {
            entry.after = store.value.scalar();
            entry.ordering = Some(name(order));
        });
        record_read(entry, &store.facts);
        execution::observed(object, at, number as u64);
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
        if demand::is_met(Demand::OrderedStores) {
            // First the turn, then the decision, which depends on what others have done.
            execution::turn();
            joined(|| {
                if seq_cst || self.must_be_newest() {
                    self.peek(Relaxed);
                }
                self.newest.store(number, order);
            });
        } else if seq_cst {
            switching(|| self.peek(Relaxed));
            joined(|| self.newest.store(number, order));
        } else {
            switching(|| self.newest.store(number, order));
            if self.must_be_newest() {
                demand::require(Demand::OrderedStores);
            }
        }
        self.loads.changed();
        let entry = execution::complete(|entry| {
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.write(number, order, None, entry);
    }

    #[track_caller]
    pub(super) fn update(&self, order: Ordering, change: impl FnOnce(T) -> T) -> T {
        let at = Location::caller();
        let object = self.object.id(at);
        execution::attempt(Op::ReadModifyWrite, Some(object), None, at);
        is_seq_cst(order);
        // Any value: it is set before anybody can read it.
        let some = self.stores.borrow()[0].value;
        let number = self.announce(some);
        let read = switching(|| self.newest.swap(number, order));
        self.loads.changed();
        let store = self.read(read, order);
        let value = change(store.value);
        self.stores.borrow_mut()[number].value = value;
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = value.scalar();
            entry.ordering = Some(name(order));
        });
        self.write(number, order, Some(&store.facts), entry);
        record_read(entry, &store.facts);
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
        is_seq_cst(success);
        is_seq_cst(failure);
        let number = self.announce(new);
        // loom compares the numbers of stores. Any number of a store with the current value will do: if another one
        // turns out to be the newest, that one is expected instead, with nothing in between.
        let mut expected = self.newest_with(current);
        let mut exchanged = switching(|| self.newest.compare_exchange(expected, number, success, failure));
        self.loads.changed();
        while let Err(read) = exchanged {
            if self.stores.borrow()[read].value != current {
                break;
            }
            expected = read;
            exchanged = joined(|| self.newest.compare_exchange(expected, number, success, failure));
        }
        let (read, order, exchanged) = match exchanged {
            Ok(read) => (read, success, true),
            Err(read) => (read, failure, false),
        };
        let store = self.read(read, order);
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.after = if exchanged { new.scalar() } else { Scalar::None };
            entry.ok = Some(exchanged);
            entry.ordering = Some(name(order));
        });
        record_read(entry, &store.facts);
        if exchanged {
            self.write(number, order, Some(&store.facts), entry);
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
        is_seq_cst(failure);
        let read = switching(|| self.peek(failure));
        self.loads.changed();
        let store = self.read(read, failure);
        let entry = execution::complete(|entry| {
            entry.before = store.value.scalar();
            entry.ok = Some(false);
            entry.ordering = Some(name(failure));
            entry.cause = Some(Cause::Spurious);
        });
        record_read(entry, &store.facts);
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
        let root = stores.len();
        let facts = Facts {
            moment: NOT_YET,
            in_s: NOT_YET,
            seen: [NOT_YET; MAX_THREADS],
            sync: Knowledge::default(),
            root,
            entry: None,
        };
        stores.push(Store { value, facts });
        root
    }

    /// The running thread has read a store.
    fn read(&self, number: usize, order: Ordering) -> Store<T> {
        self.see(number, order == SeqCst);
        let store = self.stores.borrow()[number];
        execution::with(|e| {
            let me = e.me();
            let learning = if acquires(order) { &mut me.knowledge } else { &mut me.acquirable };
            learning.learn(&store.facts.sync);
        });
        store
    }

    /// The running thread has written an announced store, in place of another one if it has read that one with it.
    fn write(&self, number: usize, order: Ordering, read: Option<&Facts>, entry: usize) {
        self.see(number, order == SeqCst);
        let facts = &mut self.stores.borrow_mut()[number].facts;
        facts.entry = Some(entry);
        facts.sync = execution::with(|e| if releases(order) { e.knowledge() } else { e.me().released });
        if let Some(read) = read {
            facts.sync.learn(&read.sync);
            facts.root = read.root;
        }
    }

    fn see(&self, number: usize, seq_cst: bool) {
        let facts = &mut self.stores.borrow_mut()[number].facts;
        execution::with(|e| {
            let now = e.next_moment();
            let seen = &mut facts.seen[usize::from(e.running())];
            *seen = now.min(*seen);
            facts.moment = now.min(facts.moment);
            if seq_cst {
                facts.in_s = now.min(facts.in_s);
            }
        });
    }

    fn newest_with(&self, value: T) -> usize {
        let stores = self.stores.borrow();
        let executed = stores.iter().enumerate().filter(|(_, s)| s.facts.is_executed() && s.value == value);
        executed.max_by_key(|(_, store)| store.facts.moment).map_or(NEVER, |(number, _)| number)
    }

    /// Whether a load by the running thread must not read a store that loom lets it read: see the head of this file.
    fn too_old(&self, number: usize, seq_cst: bool) -> bool {
        let stores = self.stores.borrow();
        let moment = stores[number].facts.moment;
        let newer = |facts: &&Facts| facts.is_executed() && facts.moment > moment;
        execution::with(|e| {
            let mine = e.knowledge();
            stores.iter().map(|store| &store.facts).filter(newer).any(|facts| {
                (seq_cst && (facts.in_s != NOT_YET || e.fences.iter().any(|fence| facts.is_known(&fence.knowledge))))
                    || is_fenced_off(e, &mine, facts)
            })
        })
    }

    /// Whether a store by the running thread comes behind all stores so far: see the head of this file.
    fn must_be_newest(&self) -> bool {
        let stores = self.stores.borrow();
        let executed = || stores.iter().map(|store| &store.facts).enumerate().filter(|(_, facts)| facts.is_executed());
        execution::with(|e| {
            let mine = e.knowledge();
            let behind_a_chain = executed().max_by_key(|(_, facts)| facts.moment).is_some_and(|(number, newest)| {
                newest.root != number && stores[newest.root].facts.is_known(&mine) && !newest.is_known(&mine)
            });
            behind_a_chain || executed().any(|(_, facts)| is_fenced_off(e, &mine, facts))
        })
    }
}

/// Whether a fence that the running thread knows of comes in S behind a `SeqCst` operation on a store.
fn is_fenced_off(e: &Execution, mine: &Knowledge, facts: &Facts) -> bool {
    e.fences.iter().any(|fence| facts.in_s < fence.moment && mine.covers(fence.thread, fence.moment))
}

impl<T> Drop for Register<T> {
    fn drop(&mut self) {
        if execution::is_over() {
            return;
        }
        // The atomic ceases to exist, which nobody may overlap.
        execution::free(Op::Store, self.object.known(), self.object.created());
        self.newest.with_mut(|_| ());
        execution::abandon();
    }
}

fn record_read(load: usize, store: &Facts) {
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

fn acquires(order: Ordering) -> bool {
    matches!(order, Acquire | AcqRel | SeqCst)
}

fn releases(order: Ordering) -> bool {
    matches!(order, Release | AcqRel | SeqCst)
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
