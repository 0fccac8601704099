//! A channel with room for so many messages.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use kata::Scalar;
use kata_trace::Op;
use tokio::sync::mpsc as real;

use super::channel::{Channel, Patience, Unsent, receiver, sender};
use super::error::{SendError, TryRecvError, TrySendError};
use crate::context;
use crate::sync::primitive::{Place, block_on, here, operation, reason};

/// `tokio::sync::mpsc::Sender` in this world.
pub struct Sender<T> {
    channel: Arc<Channel>,
    /// `None` only while it is dropped.
    real: Option<real::Sender<T>>,
}

/// `tokio::sync::mpsc::WeakSender` in this world.
pub struct WeakSender<T> {
    channel: Arc<Channel>,
    real: real::WeakSender<T>,
}

/// `tokio::sync::mpsc::Receiver` in this world.
pub struct Receiver<T> {
    channel: Arc<Channel>,
    /// `None` only while it is dropped.
    real: Option<real::Receiver<T>>,
}

/// `tokio::sync::mpsc::Permit` in this world.
#[must_use]
pub struct Permit<'a, T> {
    channel: &'a Channel,
    real: Option<real::Permit<'a, T>>,
}

/// `tokio::sync::mpsc::PermitIterator` in this world.
#[must_use]
pub struct PermitIterator<'a, T> {
    channel: &'a Channel,
    /// `None` only while it is dropped.
    real: Option<real::PermitIterator<'a, T>>,
}

/// `tokio::sync::mpsc::OwnedPermit` in this world.
#[must_use]
pub struct OwnedPermit<T> {
    channel: Arc<Channel>,
    real: Option<real::OwnedPermit<T>>,
}

/// `tokio::sync::mpsc::error::SendTimeoutError` in this world.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// There was no room in time.
    Timeout(T),
    /// The receiver is gone, or has closed the channel.
    Closed(T),
}

impl<T> SendTimeoutError<T> {
    /// The message.
    pub fn into_inner(self) -> T {
        match self {
            SendTimeoutError::Timeout(message) | SendTimeoutError::Closed(message) => message,
        }
    }
}

impl<T> fmt::Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendTimeoutError::Timeout(_) => "Timeout(..)",
            SendTimeoutError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendTimeoutError::Timeout(_) => "timed out waiting on send operation",
            SendTimeoutError::Closed(_) => "channel closed",
        })
    }
}

impl<T> std::error::Error for SendTimeoutError<T> {}

/// A channel with room for so many messages.
///
/// # Panics
///
/// If there is room for none.
#[track_caller]
#[must_use]
pub fn channel<T>(buffer: usize) -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel::new());
    let (sender, receiver) = real::channel(buffer);
    (Sender { channel: Arc::clone(&channel), real: Some(sender) }, Receiver { channel, real: Some(receiver) })
}

impl<T> Sender<T> {
    /// Waits for room, and sends. Who waits first has room first; who gives up loses its place, and the message.
    #[track_caller]
    pub fn send(&self, value: T) -> impl Future<Output = Result<(), SendError<T>>> {
        let at = here();
        let unsent = Unsent::new(&self.channel, at, &value);
        async move {
            let sent = operation(&self.channel.identity, Op::Send, at, self.real().send(value)).await;
            self.channel.sent(Op::Send, at, sent.is_ok(), unsent.settle());
            sent
        }
    }

    /// Waits for room for so long at most, and sends.
    ///
    /// # Panics
    ///
    /// If there is no runtime around, or one without time.
    #[track_caller]
    pub fn send_timeout(&self, value: T, timeout: Duration) -> impl Future<Output = Result<(), SendTimeoutError<T>>> {
        let at = here();
        let unsent = Unsent::new(&self.channel, at, &value);
        async move {
            let room = crate::time::timeout(timeout, self.reserve_at(at)).await;
            unsent.settle();
            match room {
                Ok(Ok(permit)) => {
                    permit.send_at(value, at);
                    Ok(())
                }
                Ok(Err(_)) => Err(SendTimeoutError::Closed(value)),
                Err(_) => Err(SendTimeoutError::Timeout(value)),
            }
        }
    }

    /// Sends if there is room.
    ///
    /// # Errors
    ///
    /// The message, if there is no room or no receiver.
    #[track_caller]
    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        let at = here();
        self.channel.look(Op::TrySend, at);
        let value = Scalar::of(&message);
        let sent = self.real().try_send(message);
        self.channel.sent(Op::TrySend, at, sent.is_ok(), value);
        sent
    }

    /// Blocks the thread until there is room, and sends.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_send(&self, value: T) -> Result<(), SendError<T>> {
        block_on(reason(&self.channel.identity, Op::Send, here()), self.send(value))
    }

    async fn reserve_at(&self, at: Place) -> Result<Permit<'_, T>, SendError<()>> {
        let permit = operation(&self.channel.identity, Op::Send, at, self.real().reserve()).await?;
        self.channel.identity.progresses();
        Ok(Permit { channel: &self.channel, real: Some(permit) })
    }

    /// Waits for room, which is kept for the permit.
    #[track_caller]
    pub fn reserve(&self) -> impl Future<Output = Result<Permit<'_, T>, SendError<()>>> {
        self.reserve_at(here())
    }

    /// Waits until there is room for so many messages at once, which is kept for as many permits.
    #[track_caller]
    pub fn reserve_many(&self, n: usize) -> impl Future<Output = Result<PermitIterator<'_, T>, SendError<()>>> {
        let at = here();
        async move {
            let permits = operation(&self.channel.identity, Op::Send, at, self.real().reserve_many(n)).await?;
            self.channel.identity.progresses();
            Ok(PermitIterator { channel: &self.channel, real: Some(permits) })
        }
    }

    /// As [`Sender::reserve`].
    #[track_caller]
    pub fn reserve_owned(self) -> impl Future<Output = Result<OwnedPermit<T>, SendError<()>>> {
        let at = here();
        async move {
            let channel = Arc::clone(&self.channel);
            let real = self.real().clone();
            let permit = operation(&channel.identity, Op::Send, at, real.reserve_owned()).await?;
            drop(self);
            channel.identity.progresses();
            Ok(OwnedPermit { channel, real: Some(permit) })
        }
    }

    /// Keeps room, if there is any.
    ///
    /// # Errors
    ///
    /// If there is no room or no receiver.
    #[track_caller]
    pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
        let at = here();
        self.channel.look(Op::TrySend, at);
        let permit = self.real().try_reserve()?;
        self.channel.identity.progresses();
        Ok(Permit { channel: &self.channel, real: Some(permit) })
    }

    /// Keeps room for so many messages, if there is as much.
    ///
    /// # Errors
    ///
    /// If there is not enough room or no receiver.
    #[track_caller]
    pub fn try_reserve_many(&self, n: usize) -> Result<PermitIterator<'_, T>, TrySendError<()>> {
        let at = here();
        self.channel.look(Op::TrySend, at);
        let permits = self.real().try_reserve_many(n)?;
        self.channel.identity.progresses();
        Ok(PermitIterator { channel: &self.channel, real: Some(permits) })
    }

    /// For how many messages there is room.
    #[track_caller]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.channel.look(Op::TrySend, here());
        self.real().capacity()
    }

    /// For how many messages there is room in an empty channel.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.real().max_capacity()
    }
}

impl<T> Receiver<T> {
    /// For how many messages there is room.
    #[track_caller]
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.channel.look(Op::TryRecv, here());
        self.real().capacity()
    }

    /// For how many messages there is room in an empty channel.
    #[must_use]
    pub fn max_capacity(&self) -> usize {
        self.real().max_capacity()
    }
}

impl<T> Permit<'_, T> {
    /// Sends into the room that was kept.
    #[track_caller]
    pub fn send(self, value: T) {
        self.send_at(value, here());
    }

    fn send_at(mut self, value: T, at: Place) {
        self.channel.point(Op::Send, at);
        let scalar = Scalar::of(&value);
        if let Some(real) = self.real.take() {
            real.send(value);
        }
        self.channel.sent(Op::Send, at, true, scalar);
    }
}

impl<T> OwnedPermit<T> {
    /// Sends into the room that was kept, and is a sender again.
    #[track_caller]
    pub fn send(mut self, value: T) -> Sender<T> {
        let at = here();
        self.channel.point(Op::Send, at);
        let scalar = Scalar::of(&value);
        let real = self.real.take().expect("it is used once").send(value);
        self.channel.sent(Op::Send, at, true, scalar);
        Sender { channel: Arc::clone(&self.channel), real: Some(real) }
    }

    /// Gives the room up, and is a sender again.
    #[must_use]
    pub fn release(mut self) -> Sender<T> {
        let real = self.real.take().expect("it is used once").release();
        self.channel.identity.progresses();
        Sender { channel: Arc::clone(&self.channel), real: Some(real) }
    }
}

impl<'a, T> Iterator for PermitIterator<'a, T> {
    type Item = Permit<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        let permit = self.real.as_mut()?.next()?;
        Some(Permit { channel: self.channel, real: Some(permit) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.real.as_ref().map_or((0, Some(0)), Iterator::size_hint)
    }
}

impl<T> ExactSizeIterator for PermitIterator<'_, T> {}

impl<T> Drop for PermitIterator<'_, T> {
    fn drop(&mut self) {
        if self.len() > 0 {
            self.channel.identity.release(Op::Unlock, None);
            drop(self.real.take());
            self.channel.identity.progresses();
        }
    }
}

impl<T> fmt::Debug for PermitIterator<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermitIterator").finish_non_exhaustive()
    }
}

impl<T> Drop for Permit<'_, T> {
    fn drop(&mut self) {
        if let Some(real) = self.real.take() {
            self.channel.identity.release(Op::Unlock, None);
            drop(real);
            self.channel.identity.progresses();
        }
    }
}

impl<T> Drop for OwnedPermit<T> {
    fn drop(&mut self) {
        if let Some(real) = self.real.take() {
            self.channel.identity.release(Op::Unlock, None);
            drop(real.release());
            self.channel.identity.progresses();
        }
    }
}

impl<T> fmt::Debug for Permit<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for OwnedPermit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedPermit").finish_non_exhaustive()
    }
}

sender!(Sender, WeakSender);
receiver!(Receiver, stays: |_receiver| false);
