//! Senders and receivers.

use std::cell::RefCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use kata::Scalar;
use kata_shuttle::task::Identity;
use kata_shuttle::time::Instant;

use super::party::Wait;
use super::selection::{self, Operation, Patience, Wanted, op, until};
use super::state::{Channel, End, Kind};
use super::{
    Iter, Place, RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryIter, TryRecvError, TrySendError,
};

/// `crossbeam::channel::Sender` in this world, and where it was made.
pub struct Sender<T>(pub(super) Arc<Channel<T>>, Place);

/// `crossbeam::channel::Receiver` in this world.
pub struct Receiver<T>(pub(super) Arc<Channel<T>>);

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

/// A channel that never fills up.
#[track_caller]
#[must_use]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    channel(Kind::Queue(None))
}

/// A channel that holds at most `cap` messages. With 0, sending and receiving happen at the same moment.
#[track_caller]
#[must_use]
pub fn bounded<T>(cap: usize) -> (Sender<T>, Receiver<T>) {
    channel(if cap == 0 { Kind::Rendezvous } else { Kind::Queue(Some(cap)) })
}

#[track_caller]
fn channel<T>(kind: Kind<T>) -> (Sender<T>, Receiver<T>) {
    let channel = Channel::new(kind, None);
    (Sender::of(&channel, Location::caller()), Receiver::of(&channel))
}

/// A message on its way.
struct Sending<'a, T> {
    channel: &'a Channel<T>,
    message: RefCell<Option<T>>,
}

impl<T> Sender<T> {
    fn of(channel: &Arc<Channel<T>>, at: Place) -> Self {
        channel.add(End::Send, at);
        Sender(Arc::clone(channel), at)
    }

    /// `Err(_, true)`: the channel is closed. `Err(_, false)`: the patience is over.
    fn send_within(&self, message: T, patience: Patience, at: Place) -> Result<(), (T, bool)> {
        let value = Scalar::of(&message);
        let sending = Sending { channel: &self.0, message: RefCell::new(Some(message)) };
        let wanted = Wanted { patience, biased: false, only_ready: false, at };
        let selected = selection::select(&[&sending], wanted);
        let (channel, op, message) = (&*self.0, op(End::Send, patience), sending.message.into_inner());
        match (selected, message) {
            (Some((_, ticket)), Some(message)) => channel.send(ticket, message, op, at).map_err(|back| (back, true)),
            (None, Some(message)) => Err((message, false)),
            // Whoever received it has taken it.
            (selected, None) => {
                selected.into_iter().for_each(|(_, ticket)| channel.settle(ticket));
                channel.log(op, at, true, value);
                Ok(())
            }
        }
    }

    /// Sends if that is possible at once.
    ///
    /// # Errors
    ///
    /// The message, if the channel is full, or at a rendezvous nobody waits for one, or every receiver is gone.
    #[track_caller]
    pub fn try_send(&self, msg: T) -> Result<(), TrySendError<T>> {
        self.send_within(msg, Patience::None, Location::caller()).map_err(|(back, closed)| match closed {
            true => TrySendError::Disconnected(back),
            false => TrySendError::Full(back),
        })
    }

    /// Waits until there is room, or at a rendezvous somebody to receive, and sends.
    ///
    /// # Errors
    ///
    /// The message, if every receiver is gone.
    #[track_caller]
    pub fn send(&self, msg: T) -> Result<(), SendError<T>> {
        self.send_within(msg, Patience::Until(None), Location::caller()).map_err(|(back, _)| SendError(back))
    }

    /// Waits at most `timeout`.
    ///
    /// # Errors
    ///
    /// The message, if the time has passed or every receiver is gone.
    #[track_caller]
    pub fn send_timeout(&self, msg: T, timeout: Duration) -> Result<(), SendTimeoutError<T>> {
        self.send_by(msg, until(timeout), Location::caller())
    }

    /// Waits until `deadline` at most.
    ///
    /// # Errors
    ///
    /// As [`Sender::send_timeout`].
    #[track_caller]
    pub fn send_deadline(&self, msg: T, deadline: Instant) -> Result<(), SendTimeoutError<T>> {
        self.send_by(msg, Some(deadline.deadline()), Location::caller())
    }

    fn send_by(&self, msg: T, deadline: Option<Duration>, at: Place) -> Result<(), SendTimeoutError<T>> {
        self.send_within(msg, Patience::Until(deadline), at).map_err(|(back, closed)| match closed {
            true => SendTimeoutError::Disconnected(back),
            false => SendTimeoutError::Timeout(back),
        })
    }

    /// Whether there is no message in the channel. A rendezvous is always empty.
    #[track_caller]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len(Location::caller()) == 0
    }

    /// Whether there is no room. A rendezvous is always full.
    #[track_caller]
    #[must_use]
    pub fn is_full(&self) -> bool {
        Some(self.0.len(Location::caller())) == self.0.capacity()
    }

    /// How many messages there are.
    #[track_caller]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len(Location::caller())
    }

    /// How many there may be, if that is limited.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.0.capacity()
    }

    /// Whether both send on the same channel.
    #[must_use]
    pub fn same_channel(&self, other: &Sender<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Receiver<T> {
    pub(super) fn of(channel: &Arc<Channel<T>>) -> Self {
        channel.add(End::Receive, Location::caller());
        Receiver(Arc::clone(channel))
    }

    /// `Err(true)`: the channel is closed. `Err(false)`: the patience is over.
    fn receive_within(&self, patience: Patience, at: Place) -> Result<T, bool> {
        let wanted = Wanted { patience, biased: false, only_ready: false, at };
        let op = op(End::Receive, patience);
        match selection::select(&[self], wanted) {
            Some((_, ticket)) => self.0.receive(ticket, op, at).ok_or(true),
            None => Err(false),
        }
    }

    /// Receives if that is possible at once.
    ///
    /// # Errors
    ///
    /// If there is no message, or every sender is gone, too.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.receive_within(Patience::None, Location::caller()).map_err(|closed| match closed {
            true => TryRecvError::Disconnected,
            false => TryRecvError::Empty,
        })
    }

    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// If there is none and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.receive_within(Patience::Until(None), Location::caller()).map_err(|_| RecvError)
    }

    /// Waits at most `timeout`.
    ///
    /// # Errors
    ///
    /// If the time has passed, or as [`Receiver::recv`].
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        self.receive_by(until(timeout), Location::caller())
    }

    /// Waits until `deadline` at most.
    ///
    /// # Errors
    ///
    /// As [`Receiver::recv_timeout`].
    #[track_caller]
    pub fn recv_deadline(&self, deadline: Instant) -> Result<T, RecvTimeoutError> {
        self.receive_by(Some(deadline.deadline()), Location::caller())
    }

    fn receive_by(&self, deadline: Option<Duration>, at: Place) -> Result<T, RecvTimeoutError> {
        self.receive_within(Patience::Until(deadline), at).map_err(|closed| match closed {
            true => RecvTimeoutError::Disconnected,
            false => RecvTimeoutError::Timeout,
        })
    }

    /// Whether there is no message in the channel. A rendezvous is always empty.
    #[track_caller]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.len(Location::caller()) == 0
    }

    /// Whether there is no room. A rendezvous is always full.
    #[track_caller]
    #[must_use]
    pub fn is_full(&self) -> bool {
        Some(self.0.len(Location::caller())) == self.0.capacity()
    }

    /// How many messages there are.
    #[track_caller]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len(Location::caller())
    }

    /// How many there may be, if that is limited.
    #[must_use]
    pub fn capacity(&self) -> Option<usize> {
        self.0.capacity()
    }

    /// The messages until every sender is gone.
    #[must_use]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self }
    }

    /// The messages that are there.
    #[must_use]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self }
    }

    /// Whether both receive from the same channel.
    #[must_use]
    pub fn same_channel(&self, other: &Receiver<T>) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.is_never() && other.0.is_never())
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Sender::of(&self.0, Location::caller())
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        Receiver::of(&self.0)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.drop_sender(self.1);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.drop_receiver();
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Sender { .. }")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Receiver { .. }")
    }
}

/// Implements [`Operation`] for an end of a channel. `known` is a message that is to be sent, where it is known before
/// it can be.
macro_rules! operation {
    ([$($generics:tt)*] $type:ty: $end:expr, |$this:ident| $channel:expr $(, known $known:expr)?) => {
        impl<$($generics)*> Operation for $type {
            fn identity(&self) -> &Identity {
                let $this = self;
                &$channel.identity
            }

            fn end(&self) -> End {
                $end
            }

            fn is_ready(&self, wait: &Rc<Wait>, now: Duration) -> bool {
                let $this = self;
                $channel.is_ready($end, wait, now)
            }

            fn is_closed(&self) -> bool {
                let $this = self;
                $channel.is_closed($end)
            }

            fn is_unsettled(&self) -> bool {
                let $this = self;
                $channel.is_unsettled($end)
            }

            fn is_rendezvous(&self) -> bool {
                let $this = self;
                $channel.is_rendezvous()
            }

            fn due(&self) -> Option<Duration> {
                let $this = self;
                $channel.due()
            }

            fn stand_by(&self, wait: &Rc<Wait>, arm: usize) {
                let $this = self;
                $channel.stand_by($end, wait, arm, &mut || operation!(@message $($known)?));
            }

            fn leave(&self, wait: &Rc<Wait>, arm: usize) {
                let $this = self;
                let _back = $channel.leave($end, wait, arm);
                $(if let Some(back) = _back {
                    $known.replace(Some(back));
                })?
            }

            fn claim(&self, wait: &Rc<Wait>) -> u64 {
                let $this = self;
                $channel.claim($end, wait)
            }

            fn claim_chosen(&self, wait: &Rc<Wait>, arm: usize) -> u64 {
                let $this = self;
                $channel.claim_chosen($end, wait, arm)
            }
        }
    };
    (@message) => { None };
    (@message $known:expr) => { $known.take() };
}

operation!([T] Sender<T>: End::Send, |this| this.0);
operation!([T] Receiver<T>: End::Receive, |this| this.0);
operation!([T] Sending<'_, T>: End::Send, |this| this.channel, known this.message);
