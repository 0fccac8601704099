//! What the primitives have in common.

use std::cell::UnsafeCell;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use kata_shuttle::sync::raw::{Entered, Memory};
use kata_shuttle::task::{self, Identity, Manner, Reason};
use kata_trace::{ObjectId, ObjectKind, Op};

use super::TryLockError;
use crate::context;
use crate::coroutine::coroutine_safe;
use crate::runtime::Flag;
pub(super) use crate::task::job::Place;

/// A primitive of tokio as an object of this world. In statics it starts each execution as it was.
pub(crate) struct Primitive<P: ?Sized> {
    identity: Identity,
    memory: Memory,
    real: UnsafeCell<P>,
}

coroutine_safe! {
    unsafe impl [P: ?Sized + Send] Send for Primitive<P>;
    unsafe impl [P: ?Sized + Sync] Sync for Primitive<P>;
}

impl<P> Primitive<P> {
    #[track_caller]
    pub(crate) const fn new(kind: ObjectKind, real: P) -> Self {
        Primitive { identity: Identity::new(kind), memory: Memory::new(), real: UnsafeCell::new(real) }
    }

    pub(crate) fn into_inner(self) -> P {
        self.real.into_inner()
    }
}

impl<P: ?Sized> Primitive<P> {
    /// Sees to it that it is as it must be in this execution.
    pub(crate) fn enter(&self) -> (ObjectId, Entered) {
        let (id, entered) = self.identity.enter();
        self.memory.apply(entered, self.real.get());
        (id, entered)
    }

    /// Its identity.
    pub(crate) fn identity(&self) -> &Identity {
        self.enter();
        &self.identity
    }

    pub(crate) fn real(&self) -> &P {
        self.identity();
        // SAFETY: nobody borrows it mutably but through `get_mut`, whose borrow of the whole is exclusive. That of
        // `Memory::apply` ends before anything of this execution borrows it.
        #[allow(unsafe_code, reason = "it is restored in statics")]
        unsafe {
            &*self.real.get()
        }
    }

    pub(crate) fn get_mut(&mut self) -> &mut P {
        self.identity();
        self.real.get_mut()
    }

    pub(crate) fn reason(&self, op: Op, at: Place) -> Reason {
        reason(self.identity(), op, at)
    }
}

impl<P: ?Sized + fmt::Debug> fmt::Debug for Primitive<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.real().fmt(f)
    }
}

pub(crate) fn reason(identity: &Identity, op: Op, at: Place) -> Reason {
    Reason { object: Some(identity.enter().0), ..Reason::of(op, Some(at)) }
}

/// Sees to it that giving up is noticed.
struct Attempt<'a> {
    identity: &'a Identity,
    op: Op,
    at: Place,
    waits: bool,
}

impl Drop for Attempt<'_> {
    fn drop(&mut self) {
        if self.waits {
            // Whoever gives up has seen what it waited for in a state that waiting to the end does not show.
            self.identity.look();
            if matches!(self.op, Op::Lock | Op::ReadLock | Op::WriteLock) {
                self.identity.record(Op::CancelWait, Some(self.at), |_| {});
            }
        }
    }
}

/// Awaits an operation of tokio's as one of this world: a scheduling point each time it is polled.
pub(crate) async fn operation<F: Future>(identity: &Identity, op: Op, at: Place, future: F) -> F::Output {
    let mut future = pin!(future);
    let mut attempt = Attempt { identity, op, at, waits: false };
    poll_fn(|cx| {
        identity.point(op, at);
        let polled = future.as_mut().poll(cx);
        attempt.waits = polled.is_pending();
        if polled.is_pending() {
            context::awaits(reason(identity, op, at));
        }
        polled
    })
    .await
}

/// Blocks the calling thread on a future that needs no runtime.
///
/// # Panics
///
/// Inside of an asynchronous context.
#[track_caller]
pub(crate) fn block_on<F: Future>(what: Reason, future: F) -> F::Output {
    assert!(
        !context::is_polling(),
        "Cannot block the current thread from within a runtime. This happens because a function attempted to block the \
         current thread while the thread is being used to drive asynchronous tasks."
    );
    let flag = Flag::set();
    let waker = Waker::from(Arc::clone(&flag));
    let mut future = pin!(future);
    loop {
        flag.clear();
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        assert!(task::active(), "the execution is over");
        task::wait(what, Manner::Seen, &|| flag.is_set(), None);
    }
}

/// The error of a lock that is not free, which only tokio can make.
pub(crate) fn failed_lock() -> TryLockError {
    let mutex = tokio::sync::Mutex::new(());
    let _guard = mutex.try_lock();
    mutex.try_lock().map(drop).expect_err("it is locked")
}

/// Where the caller is.
#[track_caller]
pub(crate) fn here() -> Place {
    Location::caller()
}
