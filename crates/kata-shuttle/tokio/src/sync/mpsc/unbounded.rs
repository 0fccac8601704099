//! A channel that takes any number of messages.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use kata::Scalar;
use kata_trace::Op;
use tokio::sync::mpsc as real;

use super::channel::{Channel, Patience, receiver, sender};
use super::error::{SendError, TryRecvError};
use crate::context;
use crate::sync::primitive::{Place, block_on, here, operation, reason};

/// `tokio::sync::mpsc::UnboundedSender` in this world.
pub struct UnboundedSender<T> {
    channel: Arc<Channel>,
    /// `None` only while it is dropped.
    real: Option<real::UnboundedSender<T>>,
}

/// `tokio::sync::mpsc::WeakUnboundedSender` in this world.
pub struct WeakUnboundedSender<T> {
    channel: Arc<Channel>,
    real: real::WeakUnboundedSender<T>,
}

/// `tokio::sync::mpsc::UnboundedReceiver` in this world.
pub struct UnboundedReceiver<T> {
    channel: Arc<Channel>,
    /// `None` only while it is dropped.
    real: Option<real::UnboundedReceiver<T>>,
}

/// A channel without a limit.
#[track_caller]
#[must_use]
pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
    let channel = Arc::new(Channel::new());
    let (sender, receiver) = real::unbounded_channel();
    let sender = UnboundedSender { channel: Arc::clone(&channel), real: Some(sender) };
    (sender, UnboundedReceiver { channel, real: Some(receiver) })
}

impl<T> UnboundedSender<T> {
    /// Sends without waiting.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, message: T) -> Result<(), SendError<T>> {
        let at = here();
        self.channel.point(Op::Send, at);
        let value = Scalar::of(&message);
        let sent = self.real().send(message);
        self.channel.sent(Op::Send, at, sent.is_ok(), value);
        sent
    }
}

sender!(UnboundedSender, WeakUnboundedSender);
// Nobody waits for room: taking what is there shows to nobody.
receiver!(UnboundedReceiver, stays: |receiver| !receiver.real().is_empty());
