//! `tokio::sync::Notify`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use kata_trace::{Cause, ObjectKind, Op};
use tokio::sync as real;

use super::primitive::{Place, Primitive, here};
use crate::context;

pub mod futures {
    //! `tokio::sync::futures` in this world.
    pub use super::Notified;
}

/// `tokio::sync::Notify` in this world.
pub struct Notify {
    primitive: Primitive<real::Notify>,
}

/// `tokio::sync::futures::Notified` in this world.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Notified<'a> {
    notify: &'a Notify,
    at: Place,
    waits: bool,
    real: real::futures::Notified<'a>,
}

impl Notify {
    /// Nobody was notified.
    #[track_caller]
    #[must_use]
    pub fn new() -> Notify {
        Notify::const_new()
    }

    /// Nobody was notified.
    #[track_caller]
    #[must_use]
    pub const fn const_new() -> Notify {
        Notify { primitive: Primitive::new(ObjectKind::Notify, real::Notify::const_new()) }
    }

    /// Waits for a notification: for one of `notify_one` from the first poll on, for one of `notify_waiters` from the
    /// call on.
    #[track_caller]
    pub fn notified(&self) -> Notified<'_> {
        let at = here();
        // From here on `notify_waiters` counts.
        self.primitive.identity().point(Op::Wait, at);
        Notified { notify: self, at, waits: false, real: self.primitive.real().notified() }
    }

    /// Wakes the one that has waited longest, or stores a permit for the next one.
    #[track_caller]
    pub fn notify_one(&self) {
        self.notify(Op::NotifyOne, here(), real::Notify::notify_one);
    }

    /// Wakes the one that has waited shortest, or stores a permit for the next one.
    #[track_caller]
    pub fn notify_last(&self) {
        self.notify(Op::NotifyOne, here(), real::Notify::notify_last);
    }

    /// Wakes all that wait.
    #[track_caller]
    pub fn notify_waiters(&self) {
        self.notify(Op::NotifyAll, here(), real::Notify::notify_waiters);
    }

    fn notify(&self, op: Op, at: Place, notify: impl FnOnce(&real::Notify)) {
        let identity = self.primitive.identity();
        identity.point(op, at);
        identity.record(op, Some(at), |_| {});
        notify(self.primitive.real());
        identity.progresses();
    }
}

impl Notified<'_> {
    /// Waits from here on. Returns whether a notification is there already.
    #[track_caller]
    pub fn enable(self: Pin<&mut Self>) -> bool {
        let at = here();
        // SAFETY: only `real` is pinned.
        #[allow(unsafe_code, reason = "projects a pin")]
        let this = unsafe { self.get_unchecked_mut() };
        this.notify.primitive.identity().point(Op::Wait, at);
        this.waits = true;
        this.notify.primitive.identity().record(Op::Wait, Some(at), |entry| entry.ok = Some(true));
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "projects a pin")]
        unsafe { Pin::new_unchecked(&mut this.real) }.enable()
    }
}

impl Future for Notified<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: only `real` is pinned.
        #[allow(unsafe_code, reason = "projects a pin")]
        let this = unsafe { self.get_unchecked_mut() };
        let (primitive, at) = (&this.notify.primitive, this.at);
        primitive.identity().point(Op::Wait, at);
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "projects a pin")]
        let polled = unsafe { Pin::new_unchecked(&mut this.real) }.poll(cx);
        match polled {
            Poll::Pending => {
                if !std::mem::replace(&mut this.waits, true) {
                    primitive.identity().record(Op::Wait, Some(at), |_| {});
                }
                context::awaits(primitive.reason(Op::Wake, at));
            }
            Poll::Ready(()) => {
                primitive.identity().record(Op::Wake, Some(at), |entry| entry.cause = Some(Cause::Notified));
            }
        }
        polled
    }
}

impl Default for Notify {
    #[track_caller]
    fn default() -> Self {
        Notify::new()
    }
}

impl fmt::Debug for Notify {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notify").finish_non_exhaustive()
    }
}

impl fmt::Debug for Notified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notified").finish_non_exhaustive()
    }
}
