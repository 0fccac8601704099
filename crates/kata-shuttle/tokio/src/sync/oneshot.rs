//! `tokio::sync::oneshot`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kata::Scalar;
use kata_shuttle::task::Identity;
use kata_trace::{ObjectKind, Op};
use tokio::sync::oneshot as real;

use super::primitive::{Place, block_on, here, operation, reason};
use crate::context;

pub use real::error;

/// `tokio::sync::oneshot::Sender` in this world.
pub struct Sender<T> {
    identity: Arc<Identity>,
    real: Option<real::Sender<T>>,
}

/// `tokio::sync::oneshot::Receiver` in this world.
pub struct Receiver<T> {
    identity: Arc<Identity>,
    /// `None` only while it is dropped.
    real: Option<real::Receiver<T>>,
    waits: bool,
}

/// A channel for one value.
#[track_caller]
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let identity = Arc::new(Identity::new(ObjectKind::Channel));
    let (sender, receiver) = real::channel();
    let receiver = Receiver { identity: Arc::clone(&identity), real: Some(receiver), waits: false };
    (Sender { identity, real: Some(sender) }, receiver)
}

impl<T> Sender<T> {
    fn real(&mut self) -> &mut real::Sender<T> {
        self.real.as_mut().expect("it has not sent")
    }

    /// Sends without waiting.
    ///
    /// # Errors
    ///
    /// The value, if the receiver is gone.
    #[track_caller]
    pub fn send(mut self, t: T) -> Result<(), T> {
        let at = here();
        self.identity.point(Op::Send, at);
        let value = Scalar::of(&t);
        let sent = self.real.take().expect("it has not sent").send(t);
        self.identity.progresses();
        self.identity.record(Op::Send, Some(at), |entry| {
            entry.ok = Some(sent.is_ok());
            entry.after = value;
        });
        sent
    }

    /// Waits until the receiver is gone.
    #[track_caller]
    pub fn closed(&mut self) -> impl Future<Output = ()> {
        let (at, identity) = (here(), Arc::clone(&self.identity));
        async move { operation(&identity, Op::Wake, at, self.real().closed()).await }
    }

    /// Whether the receiver is gone.
    #[track_caller]
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.identity.look();
        self.identity.point(Op::TrySend, here());
        self.real.as_ref().is_none_or(real::Sender::is_closed)
    }

    /// Polls for the end of the receiver.
    #[track_caller]
    pub fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let at = here();
        self.identity.point(Op::Wake, at);
        let polled = self.real().poll_closed(cx);
        if polled.is_pending() {
            context::awaits(reason(&self.identity, Op::Wake, at));
        }
        polled
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(real) = self.real.take() {
            self.identity.release(Op::CloseSend, None);
            drop(real);
            self.identity.progresses();
            self.identity.record(Op::CloseSend, None, |_| {});
        }
    }
}

impl<T> Receiver<T> {
    fn real(&mut self) -> &mut real::Receiver<T> {
        self.real.as_mut().expect("it is not being dropped")
    }

    fn received<E>(&self, op: Op, at: Place, result: &Result<T, E>) {
        self.identity.record(op, Some(at), |entry| {
            entry.ok = Some(result.is_ok());
            entry.after = result.as_ref().map_or(Scalar::None, Scalar::of);
        });
    }

    /// Takes the value if it was sent.
    ///
    /// # Errors
    ///
    /// If it was not, or cannot be any more.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
        let at = here();
        self.identity.look();
        self.identity.point(Op::TryRecv, at);
        let result = self.real().try_recv();
        self.received(Op::TryRecv, at, &result);
        result
    }

    /// Blocks the thread until there is a value.
    ///
    /// # Errors
    ///
    /// If there will be none.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_recv(self) -> Result<T, error::RecvError> {
        block_on(reason(&self.identity, Op::Recv, here()), self)
    }

    /// Nobody can send from here on.
    #[track_caller]
    pub fn close(&mut self) {
        let at = here();
        self.identity.point(Op::CloseRecv, at);
        self.real().close();
        self.identity.progresses();
        self.identity.record(Op::CloseRecv, Some(at), |_| {});
    }
}

impl<T> Future for Receiver<T> {
    type Output = Result<T, error::RecvError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let at = here();
        self.identity.point(Op::Recv, at);
        let polled = Pin::new(self.real()).poll(cx);
        self.waits = polled.is_pending();
        match &polled {
            Poll::Pending => context::awaits(reason(&self.identity, Op::Recv, at)),
            Poll::Ready(result) => self.received(Op::Recv, at, result),
        }
        polled
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        if self.waits {
            self.identity.look();
        }
        let Some(real) = self.real.take() else { return };
        if real.is_terminated() {
            return;
        }
        // Whether a send comes before or after this shows in its result.
        self.identity.release_seen(Op::CloseRecv);
        drop(real);
        self.identity.progresses();
        self.identity.record(Op::CloseRecv, None, |_| {});
    }
}

impl<T: fmt::Debug> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
