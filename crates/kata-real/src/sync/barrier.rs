//! `std::sync::Barrier`.

use std::fmt;
use std::panic::Location;

use kata_trace::{ObjectKind, Op};

use crate::meeting;
use crate::object::{Meeting, ObjectCell, Part};

/// See `std::sync::Barrier`.
pub struct Barrier {
    cell: ObjectCell,
    parties: usize,
}

/// See `std::sync::BarrierWaitResult`.
pub struct BarrierWaitResult(bool);

impl Barrier {
    /// See `std::sync::Barrier::new`.
    #[track_caller]
    #[must_use]
    pub const fn new(n: usize) -> Self {
        Barrier { cell: ObjectCell::new(Some(Location::caller())), parties: n }
    }

    /// See `std::sync::Barrier::wait`.
    #[track_caller]
    pub fn wait(&self) -> BarrierWaitResult {
        let part = || {
            // Zero parties behave as one, as std documents.
            Part::Meeting(Meeting { parties: self.parties.max(1), arrived: 0, generation: 0, what: String::new() })
        };
        let index = |state: &mut _| self.cell.index(state, ObjectKind::Barrier, part);
        BarrierWaitResult(meeting::arrive(index, Op::BarrierWait, "Barrier::wait", Location::caller()))
    }
}

impl BarrierWaitResult {
    /// See `std::sync::BarrierWaitResult::is_leader`.
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
        f.debug_struct("BarrierWaitResult").field("is_leader", &self.is_leader()).finish()
    }
}
