//! Which lane the current thread is in, and whether it is an executor's thread in the middle of a poll.

use std::cell::Cell;

use crate::lane::LaneId;

/// The innermost lane of the current thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) lane: LaneId,
    /// The code is part of a future: what it keeps may meet an await.
    pub(crate) future: bool,
    /// The thread is an executor's in the middle of a poll, and must not be blocked.
    pub(crate) polling: bool,
}

impl Frame {
    /// Code of a thread, or of a closure on the blocking pool.
    pub(crate) fn of_thread(lane: LaneId) -> Self {
        Frame { lane, future: false, polling: false }
    }

    /// Code inside a poll.
    pub(crate) fn of_poll(lane: LaneId) -> Self {
        Frame { lane, future: true, polling: true }
    }
}

thread_local! {
    // A `Cell` of a type without a destructor can be read while a thread's other locals are being destroyed.
    static TOP: Cell<Option<Frame>> = const { Cell::new(None) };
}

/// Puts the frame around it back when dropped.
#[derive(Debug)]
pub(crate) struct Within {
    outer: Option<Frame>,
}

/// Enters `frame` until the result is dropped.
pub(crate) fn enter(frame: Frame) -> Within {
    Within { outer: TOP.replace(Some(frame)) }
}

/// The innermost frame, if this thread has one.
pub(crate) fn top() -> Option<Frame> {
    TOP.get()
}

/// Gives a thread that has no frame one for the rest of its life.
pub(crate) fn adopt(frame: Frame) {
    TOP.set(Some(frame));
}

impl Drop for Within {
    fn drop(&mut self) {
        TOP.set(self.outer);
    }
}
