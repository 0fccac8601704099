//! Liberties: outcomes that the standard library permits without any cause in the program.
//!
//! A condition variable may wake its waiter for no reason, `compare_exchange_weak` may fail for no reason, and which of
//! several waiters `notify_one` wakes is open. loom has no notion of such a choice. The search therefore runs the
//! program with at most one liberty taken: first without any, then once for each point at which one was possible, a
//! point being known by its thread and its number within that thread.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use kata_trace::ThreadId;

use crate::execution;

/// One outcome other than the usual one at one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Liberty {
    thread: ThreadId,
    number: u32,
    /// From 1; 0 is the usual outcome.
    outcome: usize,
}

/// Points beyond this number within a thread take no liberties: loops would add them without end.
const MAX_NUMBER: u32 = 16;

thread_local! {
    static TAKEN: Cell<Option<Liberty>> = const { Cell::new(None) };
    static SEEN: RefCell<BTreeSet<Liberty>> = const { RefCell::new(BTreeSet::new()) };
}

/// The outcome at a point at which `outcomes` are possible.
pub(crate) fn outcome(outcomes: usize) -> usize {
    let (thread, number) = execution::with(execution::Execution::next_liberty);
    match TAKEN.get() {
        Some(taken) if (taken.thread, taken.number) == (thread, number) && taken.outcome < outcomes => taken.outcome,
        Some(_) => 0,
        None => {
            if number <= MAX_NUMBER {
                let new = (1..outcomes).map(|outcome| Liberty { thread, number, outcome });
                execution::outside(|| SEEN.with_borrow_mut(|seen| seen.extend(new)));
            }
            0
        }
    }
}

/// Takes a liberty, or none, in the executions to come.
pub(crate) fn take(liberty: Option<Liberty>) {
    TAKEN.set(liberty);
}

/// Every liberty that could have been taken so far, in a fixed order.
pub(crate) fn seen() -> Vec<Liberty> {
    SEEN.with_borrow(|seen| seen.iter().copied().collect())
}
