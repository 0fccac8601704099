//! `tokio::sync::broadcast`.

use std::fmt;
use std::sync::Arc;

use kata::Scalar;
use kata_shuttle::task::Identity;
use kata_trace::{ObjectKind, Op};
use tokio::sync::broadcast as real;

use super::primitive::{Place, block_on, here, operation, reason};

pub use real::error;

/// `tokio::sync::broadcast::Sender` in this world.
pub struct Sender<T> {
    identity: Arc<Identity>,
    /// `None` only while it is dropped.
    real: Option<real::Sender<T>>,
}

/// `tokio::sync::broadcast::Receiver` in this world.
pub struct Receiver<T> {
    identity: Arc<Identity>,
    /// `None` only while it is dropped.
    real: Option<real::Receiver<T>>,
}

/// `tokio::sync::broadcast::WeakSender` in this world.
pub struct WeakSender<T> {
    identity: Arc<Identity>,
    real: real::WeakSender<T>,
}

/// A channel that keeps so many messages for receivers that are slow.
///
/// # Panics
///
/// If it keeps none.
#[track_caller]
#[must_use]
pub fn channel<T: Clone>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let identity = Arc::new(Identity::new(ObjectKind::Channel));
    let (sender, receiver) = real::channel(capacity);
    let receiver = Receiver { identity: Arc::clone(&identity), real: Some(receiver) };
    (Sender { identity, real: Some(sender) }, receiver)
}

impl<T> Sender<T> {
    fn real(&self) -> &real::Sender<T> {
        self.real.as_ref().expect("it is not being dropped")
    }

    fn look(&self, at: Place) {
        self.identity.look();
        self.identity.point(Op::TrySend, at);
    }

    /// A channel without a receiver yet.
    ///
    /// # Panics
    ///
    /// If it keeps no messages.
    #[track_caller]
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        Sender { identity: Arc::new(Identity::new(ObjectKind::Channel)), real: Some(real::Sender::new(capacity)) }
    }

    /// Sends to all receivers without waiting. Returns how many there are.
    ///
    /// # Errors
    ///
    /// The message, if there is no receiver.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<usize, error::SendError<T>> {
        let at = here();
        self.identity.point(Op::Send, at);
        let scalar = Scalar::of(&value);
        let sent = self.real().send(value);
        self.identity.progresses();
        self.identity.record(Op::Send, Some(at), |entry| {
            entry.ok = Some(sent.is_ok());
            entry.after = scalar;
        });
        sent
    }

    /// A receiver of what is sent from here on.
    #[track_caller]
    #[must_use]
    pub fn subscribe(&self) -> Receiver<T> {
        // What was sent before it does not get.
        self.identity.point(Op::TryRecv, here());
        Receiver { identity: Arc::clone(&self.identity), real: Some(self.real().subscribe()) }
    }

    /// How many messages are kept.
    #[track_caller]
    #[must_use]
    pub fn len(&self) -> usize {
        self.look(here());
        self.real().len()
    }

    /// Whether no messages are kept.
    #[track_caller]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.look(here());
        self.real().is_empty()
    }

    /// How many receivers there are.
    #[track_caller]
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.look(here());
        self.real().receiver_count()
    }

    /// Whether both are of one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real().same_channel(other.real())
    }

    /// A sender that does not keep the channel open.
    #[must_use = "Downgrade creates a WeakSender without destroying the original non-weak sender."]
    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender { identity: Arc::clone(&self.identity), real: self.real().downgrade() }
    }

    /// Waits until there is no receiver.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let at = here();
        async move { operation(&self.identity, Op::Wake, at, self.real().closed()).await }
    }
}

impl<T> WeakSender<T> {
    /// A sender, if there is one.
    #[track_caller]
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.identity.look();
        self.identity.point(Op::TrySend, here());
        Some(Sender { identity: Arc::clone(&self.identity), real: Some(self.real.upgrade()?) })
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        WeakSender { identity: Arc::clone(&self.identity), real: self.real.clone() }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakSender").finish_non_exhaustive()
    }
}

impl<T> Receiver<T> {
    fn real(&self) -> &real::Receiver<T> {
        self.real.as_ref().expect("it is not being dropped")
    }

    fn look(&self, at: Place) {
        self.identity.look();
        self.identity.point(Op::TryRecv, at);
    }

    /// How many messages it has not received, the lost ones included.
    #[track_caller]
    #[must_use]
    pub fn len(&self) -> usize {
        self.look(here());
        self.real().len()
    }

    /// Whether it has received all messages.
    #[track_caller]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.look(here());
        self.real().is_empty()
    }

    /// Whether both are of one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        self.real().same_channel(other.real())
    }
}

impl<T: Clone> Receiver<T> {
    fn received<E>(&self, op: Op, at: Place, result: &Result<T, E>) {
        self.identity.progresses();
        self.identity.record(op, Some(at), |entry| {
            entry.ok = Some(result.is_ok());
            entry.after = result.as_ref().map_or(Scalar::None, Scalar::of);
        });
    }

    /// Waits for a message. The errors: it was too slow, and messages are lost; every sender is gone.
    #[track_caller]
    pub fn recv(&mut self) -> impl Future<Output = Result<T, error::RecvError>> {
        let at = here();
        async move {
            let identity = Arc::clone(&self.identity);
            let real = self.real.as_mut().expect("it is not being dropped");
            let result = operation(&identity, Op::Recv, at, real.recv()).await;
            self.received(Op::Recv, at, &result);
            result
        }
    }

    /// Takes a message if there is one.
    ///
    /// # Errors
    ///
    /// If there is none, it was too slow, or every sender is gone.
    #[track_caller]
    pub fn try_recv(&mut self) -> Result<T, error::TryRecvError> {
        let at = here();
        self.look(at);
        let result = self.real.as_mut().expect("it is not being dropped").try_recv();
        self.received(Op::TryRecv, at, &result);
        result
    }

    /// Blocks the thread until there is a message.
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv`].
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_recv(&mut self) -> Result<T, error::RecvError> {
        block_on(reason(&self.identity, Op::Recv, here()), self.recv())
    }

    /// A receiver of what is sent from here on.
    #[track_caller]
    #[must_use]
    pub fn resubscribe(&self) -> Self {
        self.identity.point(Op::TryRecv, here());
        Receiver { identity: Arc::clone(&self.identity), real: Some(self.real().resubscribe()) }
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Sender { identity: Arc::clone(&self.identity), real: self.real.clone() }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let Some(real) = self.real.take() else { return };
        let last = real.strong_count() == 1;
        if last {
            self.identity.release(Op::CloseSend, None);
        }
        drop(real);
        if last {
            self.identity.progresses();
            self.identity.record(Op::CloseSend, None, |_| {});
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let Some(real) = self.real.take() else { return };
        // Whether a send comes before or after this shows in its result.
        self.identity.release_seen(Op::CloseRecv);
        drop(real);
        self.identity.progresses();
        self.identity.record(Op::CloseRecv, None, |_| {});
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
