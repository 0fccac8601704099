//! Costs that only some programs have to bear.
//!
//! Some operations need the co-operation of others: `try_lock` needs unlocking to be a scheduling point, sequentially
//! consistent operations need the stores of everybody to be marked. Programs that do without are explored faster. The
//! first execution in which such an operation appears is the last one without: the search then starts again.

use std::cell::Cell;

/// What a program uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Demand {
    /// It looks at the state of locks, channels or threads without waiting: releases show.
    Looks = 1,
    /// It uses sequentially consistent operations.
    SeqCst = 2,
}

thread_local! {
    static MET: Cell<u8> = const { Cell::new(0) };
    static UNMET: Cell<u8> = const { Cell::new(0) };
}

/// Whether a demand is met in this execution.
#[inline]
pub(crate) fn met(demand: Demand) -> bool {
    MET.get() & demand as u8 != 0
}

/// The program has a demand. Returns whether it is met in this execution.
#[inline]
pub(crate) fn demand(demand: Demand) -> bool {
    let met = met(demand);
    if !met {
        UNMET.set(UNMET.get() | demand as u8);
    }
    met
}

/// Whether the search must start again.
pub(crate) fn unmet() -> bool {
    UNMET.get() != 0
}

/// Meets every demand from now on.
pub(crate) fn meet() {
    MET.set(MET.get() | UNMET.take());
}
