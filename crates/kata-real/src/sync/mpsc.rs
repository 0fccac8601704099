//! `std::sync::mpsc`.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use kata_trace::{ObjectKind, Op};

pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

use crate::clock::Clock;
use crate::frame::Frame;
use crate::lane::{ObjectIndex, Reason, Wait};
use crate::monitor::{self, Guard};
use crate::object::{Channel, Part};
use crate::spin;
use crate::state::Step;

struct Shared<T> {
    object: ObjectIndex,
    /// Only touched while the monitor is held.
    queue: Mutex<VecDeque<Message<T>>>,
}

struct Message<T> {
    /// From 1.
    ticket: u64,
    /// What the sender knew.
    clock: Clock,
    value: T,
}

impl<T> Shared<T> {
    fn send(&self, state: &mut Guard, frame: Frame, op: Op, at: &'static Location<'static>, value: T) {
        self.sent(state, frame, op, at);
        self.push(state, frame, value);
    }

    fn sent(&self, state: &mut Guard, frame: Frame, op: Op, at: &'static Location<'static>) {
        state.record(frame.lane, Step::new(op, Some(at)).on(self.object).ok(true));
    }

    fn push(&self, state: &mut Guard, frame: Frame, value: T) -> u64 {
        let clock = state.lanes[frame.lane].clock.clone();
        let channel = state.objects[self.object].channel();
        channel.queued += 1;
        channel.sent += 1;
        let ticket = channel.sent;
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).push_back(Message { ticket, clock, value });
        monitor::changed(state);
        ticket
    }

    fn pop(&self, state: &mut Guard, frame: Frame) -> Option<T> {
        let message = self.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front()?;
        let channel = state.objects[self.object].channel();
        channel.queued -= 1;
        channel.taken = message.ticket;
        state.lanes[frame.lane].clock.join(&message.clock);
        Some(message.value)
    }

    /// Takes a message back that nobody received.
    fn withdraw(&self, state: &mut Guard, ticket: u64) -> Option<T> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let position = queue.iter().position(|message| message.ticket == ticket)?;
        state.objects[self.object].channel().queued -= 1;
        queue.remove(position).map(|message| message.value)
    }

    fn refused(&self, state: &mut Guard, frame: Frame, op: Op, at: &'static Location<'static>) {
        state.record_vain(frame.lane, Step::new(op, Some(at)).on(self.object));
    }

    fn add_sender(&self) {
        let mut state = monitor::enter();
        state.objects[self.object].channel().senders += 1;
    }

    fn drop_sender(&self) {
        let (mut state, frame) = monitor::give();
        let channel = state.objects[self.object].channel();
        channel.senders -= 1;
        if channel.senders == 0 {
            let at = state.lanes[frame.lane].last;
            state.record(frame.lane, Step::new(Op::CloseSend, at).on(self.object));
            state.release(frame.lane, self.object);
            monitor::changed(&mut state);
        }
    }
}

fn open<T>(capacity: Option<usize>, at: &'static Location<'static>) -> Arc<Shared<T>> {
    let mut state = monitor::enter();
    let part = Part::Channel(Channel { capacity, queued: 0, sent: 0, taken: 0, senders: 1, receiver: true });
    let object = state.add_object(ObjectKind::Channel, Some(at), 0, part);
    let shared = Arc::new(Shared { object, queue: Mutex::new(VecDeque::new()) });
    state.objects[object].address = Arc::as_ptr(&shared).addr();
    shared
}

/// See `std::sync::mpsc::channel`.
#[must_use]
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let shared = open(None, Location::caller());
    (Sender { shared: Arc::clone(&shared) }, Receiver { shared, not_sync: PhantomData })
}

/// See `std::sync::mpsc::sync_channel`.
#[must_use]
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let shared = open(Some(bound), Location::caller());
    (SyncSender { shared: Arc::clone(&shared) }, Receiver { shared, not_sync: PhantomData })
}

/// See `std::sync::mpsc::Sender`.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// See `std::sync::mpsc::SyncSender`.
pub struct SyncSender<T> {
    shared: Arc<Shared<T>>,
}

/// See `std::sync::mpsc::Receiver`.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    not_sync: PhantomData<Cell<()>>,
}

impl<T> Sender<T> {
    /// See `std::sync::mpsc::Sender::send`.
    ///
    /// # Errors
    /// The receiver is gone.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        let at = Location::caller();
        let (mut state, frame) = monitor::ask(at);
        if !state.objects[self.shared.object].channel().receiver {
            self.shared.refused(&mut state, frame, Op::Send, at);
            drop(state);
            return Err(SendError(t));
        }
        self.shared.send(&mut state, frame, Op::Send, at, t);
        Ok(())
    }
}

impl<T> SyncSender<T> {
    /// See `std::sync::mpsc::SyncSender::send`.
    ///
    /// # Errors
    /// The receiver is gone.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        let at = Location::caller();
        let object = self.shared.object;
        let (state, frame) = monitor::ask(at);
        let wait = |reason| Wait {
            reason,
            op: Op::Send,
            call: "SyncSender::send",
            at,
            deadline: None,
            polling: frame.polling,
        };
        let rendezvous = state_capacity(&state, object) == Some(0);
        let mut state = if rendezvous { state } else { monitor::wait(state, frame, wait(Reason::Room { object })).0 };
        if !state.objects[object].channel().receiver {
            self.shared.refused(&mut state, frame, Op::Send, at);
            drop(state);
            return Err(SendError(t));
        }
        if rendezvous && frame.polling && receivers(&state, object) <= state.objects[object].channel().queued {
            monitor::blocked_executor(state, frame.lane, "SyncSender::send", at, "");
        }
        if rendezvous {
            let ticket = self.shared.push(&mut state, frame, t);
            // In a poll a receiver is there, so that the wait is a hand-over: it does not count as blocking a poll.
            let hand_over = Wait { polling: false, ..wait(Reason::Taken { object, ticket }) };
            state = monitor::wait(state, frame, hand_over).0;
            if let Some(message) = self.shared.withdraw(&mut state, ticket) {
                self.shared.refused(&mut state, frame, Op::Send, at);
                drop(state);
                return Err(SendError(message));
            }
            self.shared.sent(&mut state, frame, Op::Send, at);
        } else {
            self.shared.send(&mut state, frame, Op::Send, at, t);
        }
        Ok(())
    }

    /// See `std::sync::mpsc::SyncSender::try_send`.
    ///
    /// # Errors
    /// The channel is full, or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, t: T) -> Result<(), TrySendError<T>> {
        let at = Location::caller();
        let object = self.shared.object;
        let (mut state, frame) = monitor::ask(at);
        let waiting = receivers(&state, object);
        let channel = state.objects[object].channel();
        let full = channel.queued >= channel.capacity.unwrap_or(usize::MAX).max(waiting);
        if !channel.receiver || full {
            let gone = !channel.receiver;
            self.shared.refused(&mut state, frame, Op::TrySend, at);
            if !gone {
                spin::in_vain(state, frame, "SyncSender::try_send", at);
            }
            return Err(if gone { TrySendError::Disconnected(t) } else { TrySendError::Full(t) });
        }
        self.shared.send(&mut state, frame, Op::TrySend, at, t);
        Ok(())
    }
}

fn state_capacity(state: &Guard, object: ObjectIndex) -> Option<usize> {
    match &state.objects[object].part {
        Part::Channel(channel) => channel.capacity,
        _ => None,
    }
}

/// How many threads wait in `recv`.
fn receivers(state: &Guard, object: ObjectIndex) -> usize {
    state.waiting_for(Reason::Message { object }).count()
}

impl<T> Receiver<T> {
    /// See `std::sync::mpsc::Receiver::recv`.
    ///
    /// # Errors
    /// The channel is empty and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.receive(None, "Receiver::recv", Location::caller()).map_err(|_| RecvError)
    }

    /// See `std::sync::mpsc::Receiver::recv_timeout`.
    ///
    /// # Errors
    /// The time limit passed, or the channel is empty and every sender is gone.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        let at = Location::caller();
        if timeout.is_zero() {
            return self.attempt("Receiver::recv_timeout", at).map_err(|error| match error {
                TryRecvError::Empty => RecvTimeoutError::Timeout,
                TryRecvError::Disconnected => RecvTimeoutError::Disconnected,
            });
        }
        // A deadline beyond what the clock can express never comes.
        self.receive(Instant::now().checked_add(timeout), "Receiver::recv_timeout", at)
    }

    /// See `std::sync::mpsc::Receiver::try_recv`.
    ///
    /// # Errors
    /// The channel is empty, or empty with every sender gone.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.attempt("Receiver::try_recv", Location::caller())
    }

    /// See `std::sync::mpsc::Receiver::iter`.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self }
    }

    /// See `std::sync::mpsc::Receiver::try_iter`.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self }
    }

    fn receive(
        &self,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> Result<T, RecvTimeoutError> {
        let (state, frame) = monitor::ask(at);
        let object = self.shared.object;
        let reason = Reason::Message { object };
        let wait = Wait { reason, op: Op::Recv, call, at, deadline, polling: frame.polling };
        let (mut state, over) = monitor::wait(state, frame, wait);
        let message = self.shared.pop(&mut state, frame);
        if message.is_none() && over {
            state.acquire(frame.lane, object);
        }
        state.record(frame.lane, Step::new(Op::Recv, Some(at)).on(object).ok(message.is_some()));
        monitor::changed(&mut state);
        message.ok_or(if over { RecvTimeoutError::Disconnected } else { RecvTimeoutError::Timeout })
    }

    fn attempt(&self, call: &'static str, at: &'static Location<'static>) -> Result<T, TryRecvError> {
        let (mut state, frame) = monitor::ask(at);
        let object = self.shared.object;
        let message = self.shared.pop(&mut state, frame);
        let gone = state.objects[object].channel().senders == 0;
        if message.is_none() && gone {
            state.acquire(frame.lane, object);
        }
        let step = Step::new(Op::TryRecv, Some(at)).on(object);
        if message.is_some() {
            state.record(frame.lane, step.ok(true));
            monitor::changed(&mut state);
        } else {
            state.record_vain(frame.lane, step);
            if !gone {
                spin::in_vain(state, frame, call, at);
            }
        }
        message.ok_or(if gone { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        Sender { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        self.shared.add_sender();
        SyncSender { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.drop_sender();
    }
}

impl<T> Drop for SyncSender<T> {
    fn drop(&mut self) {
        self.shared.drop_sender();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let (mut state, frame) = monitor::give();
        let object = self.shared.object;
        let at = state.lanes[frame.lane].last;
        state.record(frame.lane, Step::new(Op::CloseRecv, at).on(object));
        state.release(frame.lane, object);
        let channel = state.objects[object].channel();
        channel.receiver = false;
        // Messages on offer go back to their senders; the others are dropped here, as std drops them.
        let offered = channel.capacity == Some(0);
        let rest = if offered {
            VecDeque::new()
        } else {
            channel.queued = 0;
            std::mem::take(&mut *self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner))
        };
        monitor::changed(&mut state);
        drop(state);
        drop(rest);
    }
}

/// See `std::sync::mpsc::Iter`.
#[derive(Debug)]
pub struct Iter<'a, T: 'a> {
    receiver: &'a Receiver<T>,
}

/// See `std::sync::mpsc::TryIter`.
#[derive(Debug)]
pub struct TryIter<'a, T: 'a> {
    receiver: &'a Receiver<T>,
}

/// See `std::sync::mpsc::IntoIter`.
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.receive(None, "Receiver::iter", Location::caller()).ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.attempt("Receiver::try_iter", Location::caller()).ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.receive(None, "Receiver::into_iter", Location::caller()).ok()
    }
}

impl<T> FusedIterator for Iter<'_, T> {}
impl<T> FusedIterator for IntoIter<T> {}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { receiver: self }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
