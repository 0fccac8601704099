//! `std::sync::Barrier`.

use std::cell::Cell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe};

use kata_trace::{ObjectKind, Op};

use crate::kernel::{self, Kernel, Readiness, Step};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;

/// `std::sync::Barrier` in this world. The last thread to arrive is the leader; std promises only that there is one.
pub struct Barrier {
    object: Object,
    parties: usize,
    arrived: Cell<usize>,
    generation: Cell<usize>,
}

/// `std::sync::BarrierWaitResult` in this world.
pub struct BarrierWaitResult(bool);

coroutine_safe! {
    unsafe impl [] Sync for Barrier;
}

impl RefUnwindSafe for Barrier {}

impl Barrier {
    /// A barrier for `parties` threads.
    #[track_caller]
    #[must_use]
    pub const fn new(parties: usize) -> Self {
        Barrier { object: Object::new(), parties, arrived: Cell::new(0), generation: Cell::new(0) }
    }

    /// Waits until all parties are here.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let at = Location::caller();
        let (id, entered) = self.object.enter(ObjectKind::Barrier);
        if entered == Entered::LeftOver {
            self.arrived.set(0);
        }
        kernel::step(Step::on(Op::BarrierWait, id, at));
        kernel::with(Kernel::progresses);
        let generation = self.generation.get();
        self.arrived.set(self.arrived.get() + 1);
        let leader = self.arrived.get() >= self.parties;
        if leader {
            self.arrived.set(0);
            self.generation.set(generation + 1);
        } else {
            let open = |_: &Kernel| Readiness::free_when(self.generation.get() != generation);
            kernel::step(Step::on(Op::BarrierWait, id, at).when(&open));
        }
        kernel::with(|kernel| kernel.record(Op::BarrierWait, Some(id), at, |entry| entry.ok = Some(leader)));
        BarrierWaitResult(leader)
    }
}

impl BarrierWaitResult {
    /// Whether this thread is the one that the barrier chose.
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
