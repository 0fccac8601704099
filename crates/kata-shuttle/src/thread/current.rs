//! The handle of a thread, and parking.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use kata_trace::Op;

use crate::kernel::{self, Host, Kernel, Readiness, Step};

/// `std::thread::ThreadId` in this world.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreadId(kata_trace::ThreadId);

/// `std::thread::Thread` in this world.
#[derive(Clone)]
pub struct Thread {
    id: kata_trace::ThreadId,
    name: Option<Arc<str>>,
}

impl Thread {
    pub(crate) fn new(id: kata_trace::ThreadId, name: Option<&str>) -> Self {
        Thread { id, name: name.map(Arc::from) }
    }

    /// The thread's identifier.
    #[must_use]
    pub fn id(&self) -> ThreadId {
        ThreadId(self.id)
    }

    /// The thread's name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match (self.id, &self.name) {
            (0, None) => Some("main"),
            (_, name) => name.as_deref(),
        }
    }

    /// Gives the thread its token.
    #[track_caller]
    pub fn unpark(&self) {
        let at = Location::caller();
        kernel::step(Step { peer: Some(self.id), ..Step::of(Op::Unpark, at) });
        kernel::with(|kernel| {
            kernel.set_token(self.id, true);
            kernel.record(Op::Unpark, None, at, |entry| entry.peer = Some(self.id));
        });
    }
}

/// The handle of the calling thread.
#[must_use]
pub fn current() -> Thread {
    kernel::with(|kernel| {
        let id = match kernel.host() {
            Host::Thread(thread) => thread,
            Host::Worker(..) => kernel.me(),
        };
        Thread::new(id, kernel.log.thread_name(id))
    })
}

/// Waits for the thread's token, or for nothing at all.
#[track_caller]
pub fn park() {
    park_at(None, Location::caller());
}

/// As [`park`], at most `limit`.
#[track_caller]
pub fn park_timeout(limit: Duration) {
    park_at(Some(limit), Location::caller());
}

/// As [`park`], at most `limit` milliseconds.
#[track_caller]
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::park_timeout`")]
pub fn park_timeout_ms(limit: u32) {
    park_at(Some(Duration::from_millis(u64::from(limit))), Location::caller());
}

fn park_at(limit: Option<Duration>, at: &'static Location<'static>) {
    let (me, deadline) = kernel::with(|kernel| (kernel.me(), limit.map(|limit| kernel.now().saturating_add(limit))));
    let ready = |kernel: &Kernel| Readiness::when(kernel.token(me));
    let turn = kernel::step(Step::of(Op::Park, at).when(&ready).until(deadline).or(Some(&|| true)));
    kernel::with(|kernel| {
        if turn == crate::choice::Turn::Go {
            kernel.set_token(me, false);
        }
        kernel.record(Op::Park, None, at, |entry| entry.cause = Some(kernel::cause(turn)));
    });
}

impl fmt::Debug for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ThreadId").field(&(u32::from(self.0) + 1)).finish()
    }
}

impl fmt::Debug for Thread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Thread").field("id", &self.id()).field("name", &self.name()).finish_non_exhaustive()
    }
}
