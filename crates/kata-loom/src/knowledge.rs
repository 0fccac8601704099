//! What has happened before what, as Rust's memory model has it.
//!
//! loom keeps this for itself, to restrict what loads read and to find races. It is needed here too: for the rules of
//! sequential consistency that loom lacks, and to say which of two accesses are not ordered.

use std::cell::Cell;

use kata_trace::ThreadId;

use crate::execution::{self, MAX_THREADS};

/// What a thread knows to have happened: everything that each thread did up to a moment.
///
/// Moments are numbered in the order of the execution, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Knowledge([u32; MAX_THREADS]);

impl Knowledge {
    /// Adds what somebody else knows.
    pub(crate) fn learn(&mut self, other: &Knowledge) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = theirs.max(*mine);
        }
    }

    /// Adds everything that a thread has done up to now.
    pub(crate) fn learn_all_of(&mut self, thread: ThreadId, now: u32) {
        self.0[usize::from(thread)] = now;
    }

    /// Whether it includes what a thread did at a moment.
    pub(crate) fn covers(&self, thread: ThreadId, moment: u32) -> bool {
        self.0[usize::from(thread)] >= moment
    }
}

/// Where threads leave their knowledge to others.
#[derive(Debug, Default)]
pub(crate) struct Legacy(Cell<Knowledge>);

impl Legacy {
    /// The running thread leaves what it knows.
    pub(crate) fn leave(&self) {
        let mut left = self.0.get();
        left.learn(&execution::with(|e| e.knowledge()));
        self.0.set(left);
    }

    /// The running thread learns what was left.
    pub(crate) fn take(&self) {
        let left = self.0.get();
        execution::with(|e| e.me().knowledge.learn(&left));
    }
}
