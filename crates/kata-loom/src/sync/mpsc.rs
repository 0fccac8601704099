//! `std::sync::mpsc` in the model, with disconnection, which loom's own channels lack.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::time::Duration;

use kata::Scalar;
use kata_trace::{Cause, ObjectId, ObjectKind, Op};

use crate::execution::{self, Place};
use crate::object::Object;
use crate::point::{Baton, Point, Sleepers};

#[doc(no_inline)]
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

struct Channel<T> {
    object: Object,
    point: Point,
    /// `None`: any number of messages fit.
    capacity: Option<usize>,
    state: RefCell<State<T>>,
    receiver: Sleepers,
    senders: Sleepers,
}

struct State<T> {
    queue: VecDeque<Message<T>>,
    /// Messages sent, ever, which numbers them.
    sent: u64,
    /// Messages received, ever: those with smaller numbers.
    received: u64,
    senders: usize,
    receiver: bool,
    /// The receiver is there to take a message.
    waiting: bool,
    /// What senders that are gone leave to a receiver that finds none left.
    gone: Vec<Baton>,
}

struct Message<T> {
    number: u64,
    value: T,
    /// Carries to the receiver what has happened before the message was sent.
    baton: Baton,
}

impl<T> Channel<T> {
    #[track_caller]
    fn new(capacity: Option<usize>) -> Rc<Self> {
        let state = State {
            queue: VecDeque::new(),
            sent: 0,
            received: 0,
            senders: 1,
            receiver: true,
            waiting: false,
            gone: Vec::new(),
        };
        Rc::new(Channel {
            object: Object::new(ObjectKind::Channel),
            point: Point::new(),
            capacity,
            state: RefCell::new(state),
            receiver: Sleepers::default(),
            senders: Sleepers::default(),
        })
    }

    fn has_room(&self) -> bool {
        let state = self.state.borrow();
        match self.capacity {
            None => true,
            Some(0) => state.waiting && state.queue.is_empty(),
            Some(capacity) => state.queue.len() < capacity,
        }
    }

    /// Returns the number of the message.
    fn push(&self, value: T) -> u64 {
        let baton = Baton::pass();
        let mut state = self.state.borrow_mut();
        let number = state.sent;
        state.queue.push_back(Message { number, value, baton });
        state.sent += 1;
        self.receiver.wake();
        number
    }

    fn pop(&self) -> Option<T> {
        let message = {
            let mut state = self.state.borrow_mut();
            let message = state.queue.pop_front()?;
            state.received += 1;
            message
        };
        message.baton.take();
        self.senders.wake();
        Some(message.value)
    }

    fn send(&self, value: T, at: Place) -> Result<(), SendError<T>> {
        let object = self.object.id(at);
        let shown = Scalar::of(&value);
        execution::attempt(Op::Send, Some(object), None, at);
        self.point.visit();
        if self.capacity == Some(0) {
            return self.hand_over(value, shown);
        }
        while self.state.borrow().receiver {
            if self.has_room() {
                self.push(value);
                sent(shown);
                return Ok(());
            }
            self.senders.sleep();
            self.point.visit();
        }
        execution::complete(|entry| entry.ok = Some(false));
        Err(SendError(value))
    }

    /// Sends on a channel without room: the message must be taken before the sender goes on.
    fn hand_over(&self, value: T, shown: Scalar) -> Result<(), SendError<T>> {
        let mut value = Some(value);
        let mut number = None;
        loop {
            let (receiver, received) = {
                let state = self.state.borrow();
                (state.receiver, state.received)
            };
            if number.is_some_and(|number| number < received) {
                sent(shown);
                return Ok(());
            }
            if !receiver {
                execution::complete(|entry| entry.ok = Some(false));
                let value = value.take().or_else(|| self.take_back(number?));
                return Err(SendError(value.expect("a message that was not received is still here")));
            }
            if let Some(value) = value.take() {
                number = Some(self.push(value));
            }
            self.senders.sleep();
            self.point.visit();
        }
    }

    /// A message that was not received.
    fn take_back(&self, number: u64) -> Option<T> {
        let queue = &mut self.state.borrow_mut().queue;
        let position = queue.iter().position(|message| message.number == number)?;
        queue.remove(position).map(|message| message.value)
    }

    fn try_send(&self, value: T, at: Place) -> Result<(), TrySendError<T>> {
        let object = self.object.id(at);
        let shown = Scalar::of(&value);
        execution::attempt(Op::TrySend, Some(object), None, at);
        self.point.visit();
        if self.state.borrow().receiver && self.has_room() {
            self.push(value);
            sent(shown);
            return Ok(());
        }
        execution::complete(|entry| entry.ok = Some(false));
        if !self.state.borrow().receiver {
            return Err(TrySendError::Disconnected(value));
        }
        execution::observed(object, at, 0);
        Err(TrySendError::Full(value))
    }

    /// A message, or that there will be none. The caller has visited the point.
    fn look(&self) -> Result<T, TryRecvError> {
        if let Some(value) = self.pop() {
            return Ok(value);
        }
        if self.state.borrow().senders > 0 {
            return Err(TryRecvError::Empty);
        }
        let gone = self.state.borrow_mut().gone.split_off(0);
        gone.iter().for_each(Baton::take);
        Err(TryRecvError::Disconnected)
    }

    fn recv(&self, at: Place) -> Result<T, RecvError> {
        execution::attempt(Op::Recv, Some(self.object.id(at)), None, at);
        self.point.visit();
        loop {
            match self.look() {
                Ok(value) => {
                    received(&value);
                    return Ok(value);
                }
                Err(TryRecvError::Disconnected) => {
                    execution::complete(|entry| entry.ok = Some(false));
                    return Err(RecvError);
                }
                Err(TryRecvError::Empty) => {
                    self.state.borrow_mut().waiting = true;
                    self.receiver.sleep();
                    self.point.visit();
                    self.state.borrow_mut().waiting = false;
                }
            }
        }
    }

    fn recv_timeout(&self, limit: Duration, at: Place) -> Result<T, RecvTimeoutError> {
        execution::attempt(Op::Recv, Some(self.object.id(at)), None, at);
        self.point.visit();
        let mut found = self.look();
        if matches!(found, Err(TryRecvError::Empty)) {
            self.state.borrow_mut().waiting = true;
            execution::offer();
            self.point.visit();
            self.state.borrow_mut().waiting = false;
            found = self.look();
        }
        match found {
            Ok(value) => {
                received(&value);
                Ok(value)
            }
            Err(TryRecvError::Disconnected) => {
                execution::complete(|entry| entry.ok = Some(false));
                Err(RecvTimeoutError::Disconnected)
            }
            Err(TryRecvError::Empty) => {
                execution::with(|e| e.pass(limit));
                execution::complete(|entry| entry.cause = Some(Cause::Timeout));
                Err(RecvTimeoutError::Timeout)
            }
        }
    }

    fn try_recv(&self, at: Place) -> Result<T, TryRecvError> {
        let object = self.object.id(at);
        execution::attempt(Op::TryRecv, Some(object), None, at);
        self.point.visit();
        let found = self.look();
        match &found {
            Ok(value) => received(value),
            Err(error) => {
                execution::complete(|entry| entry.ok = Some(false));
                if *error == TryRecvError::Empty {
                    execution::observed(object, at, 0);
                }
            }
        }
        found
    }

    fn add_sender(&self) {
        self.state.borrow_mut().senders += 1;
    }

    fn remove_sender(&self) {
        if execution::is_over() {
            return;
        }
        crate::cell::settle();
        let last = self.state.borrow().senders == 1;
        if !last {
            // Who is the last one is all that matters.
            self.leave();
            return;
        }
        let object = self.used();
        self.point.visit();
        self.leave();
        execution::record(Op::CloseSend, object, None, |_| {});
        self.receiver.wake();
    }

    fn leave(&self) {
        let baton = Baton::pass();
        let mut state = self.state.borrow_mut();
        state.senders -= 1;
        state.gone.push(baton);
    }

    fn remove_receiver(&self) {
        if execution::is_over() {
            return;
        }
        crate::cell::settle();
        let object = self.used();
        self.point.visit();
        let queue = {
            let mut state = self.state.borrow_mut();
            state.receiver = false;
            // Those who hand over take their messages back themselves.
            if self.capacity == Some(0) { VecDeque::new() } else { std::mem::take(&mut state.queue) }
        };
        execution::record(Op::CloseRecv, object, None, |_| {});
        self.senders.wake();
        drop(queue);
    }

    fn used(&self) -> Option<ObjectId> {
        Some(self.object.id(self.object.created()))
    }
}

fn sent(value: Scalar) {
    execution::complete(|entry| {
        entry.ok = Some(true);
        entry.after = value;
    });
}

fn received<T>(value: &T) {
    execution::complete(|entry| {
        entry.ok = Some(true);
        entry.after = Scalar::of(value);
    });
}

/// `std::sync::mpsc::channel`.
#[must_use]
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Channel::new(None);
    (Sender(Rc::clone(&channel)), Receiver(channel))
}

/// `std::sync::mpsc::sync_channel`.
#[must_use]
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let channel = Channel::new(Some(bound));
    (SyncSender(Rc::clone(&channel)), Receiver(channel))
}

/// `std::sync::mpsc::Sender`.
pub struct Sender<T>(Rc<Channel<T>>);

/// `std::sync::mpsc::SyncSender`.
pub struct SyncSender<T>(Rc<Channel<T>>);

/// `std::sync::mpsc::Receiver`.
pub struct Receiver<T>(Rc<Channel<T>>);

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Send for Sender<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Sync for Sender<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Send for SyncSender<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Sync for SyncSender<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Send for Receiver<T> {}

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
impl<T> UnwindSafe for SyncSender<T> {}
impl<T> RefUnwindSafe for SyncSender<T> {}
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

impl<T> Sender<T> {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value, Location::caller())
    }
}

impl<T> SyncSender<T> {
    /// Sends a message, and waits until there is room for it; with a bound of 0, until it is received.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value, Location::caller())
    }

    /// Sends a message if there is room for it; with a bound of 0, if the receiver waits for one.
    ///
    /// # Errors
    ///
    /// The message, if there is no room or the receiver is gone.
    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(value, Location::caller())
    }
}

macro_rules! sender {
    ($($name:ident)*) => {$(
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                self.0.add_sender();
                $name(Rc::clone(&self.0))
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                self.0.remove_sender();
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

sender!(Sender SyncSender);

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// If there is none and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.0.recv(Location::caller())
    }

    /// Waits for a message, up to a time limit, which may pass at any moment.
    ///
    /// # Errors
    ///
    /// If the limit passed, or there is no message and every sender is gone.
    #[track_caller]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        self.0.recv_timeout(limit, Location::caller())
    }

    /// A message, if there is one.
    ///
    /// # Errors
    ///
    /// If there is none, or none and every sender is gone.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.0.try_recv(Location::caller())
    }

    /// Messages until every sender is gone.
    #[track_caller]
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { receiver: self, at: Location::caller() }
    }

    /// The messages that are there.
    #[track_caller]
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { receiver: self, at: Location::caller() }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.0.remove_receiver();
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

/// `std::sync::mpsc::Iter`.
#[derive(Debug)]
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
    at: Place,
}

/// `std::sync::mpsc::TryIter`.
#[derive(Debug)]
pub struct TryIter<'a, T> {
    receiver: &'a Receiver<T>,
    at: Place,
}

/// `std::sync::mpsc::IntoIter`.
#[derive(Debug)]
pub struct IntoIter<T> {
    receiver: Receiver<T>,
    at: Place,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.0.recv(self.at).ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.0.try_recv(self.at).ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.receiver.0.recv(self.at).ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    #[track_caller]
    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    #[track_caller]
    fn into_iter(self) -> IntoIter<T> {
        IntoIter { receiver: self, at: Location::caller() }
    }
}
