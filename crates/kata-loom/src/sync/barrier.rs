//! `Barrier`.

use std::cell::Cell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use kata_trace::{ObjectKind, Op};

use crate::execution;
use crate::object::Object;
use crate::point::{Handover, Sleepers};

/// `std::sync::Barrier`.
pub struct Barrier {
    object: Object,
    handover: Handover,
    threads: usize,
    waiting: Cell<usize>,
    generation: Cell<usize>,
    sleepers: Sleepers,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Barrier {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Barrier {}

impl UnwindSafe for Barrier {}
impl RefUnwindSafe for Barrier {}

/// `std::sync::BarrierWaitResult`.
pub struct BarrierWaitResult(bool);

impl Barrier {
    /// A barrier for `threads` threads. Not `const`: loom follows every one from its creation.
    #[must_use]
    #[track_caller]
    pub fn new(threads: usize) -> Self {
        Barrier {
            object: Object::new(ObjectKind::Barrier),
            handover: Handover::new(),
            threads,
            waiting: Cell::new(0),
            generation: Cell::new(0),
            sleepers: Sleepers::default(),
        }
    }

    /// Waits until as many threads as the barrier is for have come. The last one to come leads.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let at = Location::caller();
        execution::attempt(Op::BarrierWait, Some(self.object.id(at)), None, at);
        self.handover.exchange();
        let generation = self.generation.get();
        self.waiting.set(self.waiting.get() + 1);
        let leads = self.waiting.get() >= self.threads;
        if leads {
            self.waiting.set(0);
            self.generation.set(generation.wrapping_add(1));
            self.sleepers.wake();
        } else {
            while self.generation.get() == generation {
                self.sleepers.sleep();
            }
        }
        execution::complete(|entry| entry.ok = Some(leads));
        BarrierWaitResult(leads)
    }
}

impl BarrierWaitResult {
    /// Whether this thread leads: one of each generation does.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}

impl fmt::Debug for BarrierWaitResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.0).finish()
    }
}
