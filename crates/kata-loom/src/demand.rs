//! Costs that only some programs have to bear.
//!
//! Some operations need the co-operation of others: `try_lock` needs unlocking to be a scheduling point, sequentially
//! consistent operations need the stores of everybody to be marked. Programs that do without are explored faster. The
//! first execution in which such an operation appears is abandoned there, and the search starts again, prepared.

use std::cell::Cell;

use crate::explore;

/// What a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Demand {
    /// It looks at the state of locks or threads without waiting: releases show.
    Looks = 1,
    /// It uses sequentially consistent operations.
    SeqCst = 2,
    /// Some of its stores have to come behind others, which is decided when it is their turn.
    OrderedStores = 4,
    /// Threads load and then store what others have loaded.
    HiddenLoads = 8,
    /// It asks how many `Arc`s there are.
    Counts = 16,
}

/// A set of demands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Demands(u8);

impl Demands {
    pub(crate) fn with(self, demand: Demand) -> Self {
        Demands(self.0 | demand as u8)
    }
}

thread_local! {
    static MET: Cell<Demands> = const { Cell::new(Demands(0)) };
}

/// Whether executions are prepared for a demand.
#[inline]
pub(crate) fn is_met(demand: Demand) -> bool {
    MET.get().0 & demand as u8 != 0
}

/// The program has a demand. Returns if executions are prepared for it, and abandons this one if not.
#[inline]
pub(crate) fn require(demand: Demand) {
    if !is_met(demand) {
        explore::start_again(MET.get().with(demand));
    }
}

/// Prepares the executions to come.
pub(crate) fn meet(demands: Demands) {
    MET.set(demands);
}
