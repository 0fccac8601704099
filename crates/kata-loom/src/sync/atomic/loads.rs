//! Loads that loom would forget.
//!
//! loom explores a store before an earlier load if that load was the last access to the atomic. A load by the storing
//! thread in between hides it: that one is ordered before the store, and loom looks no further. So each thread has a
//! point for its loads of each atomic, and a store whose own thread loaded last visits those of the other threads that
//! have loaded since the last change.

use std::cell::{Cell, RefCell};

use kata_trace::ThreadId;

use crate::demand::{self, Demand};
use crate::execution::{self, joined};
use crate::point::Point;

/// The loads of one atomic.
#[derive(Debug, Default)]
pub(super) struct Loads {
    /// The thread that loaded last, unless there was a change since.
    last: Cell<Option<ThreadId>>,
    /// The threads that have loaded since the last change.
    since: RefCell<Vec<ThreadId>>,
    points: RefCell<Vec<(ThreadId, Point)>>,
}

impl Loads {
    /// The running thread has loaded.
    pub(super) fn loaded(&self) {
        let me = execution::me();
        self.last.set(Some(me));
        if !self.since.borrow().contains(&me) {
            self.since.borrow_mut().push(me);
        }
        if demand::is_met(Demand::HiddenLoads) {
            let mut points = self.points.borrow_mut();
            if !points.iter().any(|(thread, _)| *thread == me) {
                points.push((me, Point::new()));
            }
            // Nobody else runs while this is borrowed: the visit has no turn of its own.
            points.iter().filter(|(thread, _)| *thread == me).for_each(|(_, point)| joined(|| point.touch()));
        }
    }

    /// The running thread has stored, or tried to.
    pub(super) fn changed(&self) {
        let me = execution::me();
        let since = self.since.take();
        if self.last.take() != Some(me) || since.len() < 2 {
            return;
        }
        demand::require(Demand::HiddenLoads);
        let hidden = |thread: &ThreadId| *thread != me && since.contains(thread);
        let points = self.points.borrow();
        points.iter().filter(|(thread, _)| hidden(thread)).for_each(|(_, point)| joined(|| point.touch()));
    }
}
