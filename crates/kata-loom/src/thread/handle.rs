//! `Thread` and `ThreadId`.

use std::cell::RefCell;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use crate::demand::{self, Demand};
use crate::execution;
use crate::point::{Baton, Point, Sleepers};

/// `std::thread::ThreadId`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(kata_trace::ThreadId);

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // std counts from 1.
        write!(f, "ThreadId({})", self.0 + 1)
    }
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) id: kata_trace::ThreadId,
    name: Option<String>,
    pub(super) point: Point,
    /// What `park` waits for: there if this is not empty.
    pub(super) token: RefCell<Vec<Baton>>,
    /// There if stores need it: see `demand`.
    turns: Option<Point>,
    pub(super) sleeper: Sleepers,
}

/// `std::thread::Thread`.
#[derive(Clone)]
pub struct Thread(pub(super) Rc<Inner>);

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Thread {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Thread {}

impl UnwindSafe for Thread {}
impl RefUnwindSafe for Thread {}

impl Thread {
    /// The handle of a thread that is about to start. Its creation happens before everything that the thread does.
    pub(crate) fn new(id: kata_trace::ThreadId, name: Option<String>) -> Self {
        Thread(Rc::new(Inner {
            id,
            name,
            token: RefCell::default(),
            point: Point::new(),
            turns: demand::is_met(Demand::OrderedStores).then(Point::new),
            sleeper: Sleepers::default(),
        }))
    }

    /// A scheduling point that only this thread visits.
    pub(crate) fn turn(&self) {
        if let Some(turns) = &self.0.turns {
            turns.visit();
        }
    }

    /// The thread's number.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId(self.0.id)
    }

    /// The name that the thread was given.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        if self.0.id == 0 { Some("main") } else { self.0.name.as_deref() }
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}

/// `std::thread::current`.
#[must_use]
pub fn current() -> Thread {
    execution::with(|e| e.me().handle.clone()).expect("a thread has a handle from its start")
}
