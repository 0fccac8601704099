//! `std::sync::mpsc`.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::Arc;
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use std::time::Duration;

use kata::Scalar;
use kata_trace::{ObjectId, ObjectKind, Op};

use crate::choice::Turn;
use crate::kernel::{self, Place, Step};
use crate::object::Object;
use crate::sync::coroutine_safe;
use crate::sync::raw::release_point;

struct Queue<T> {
    /// The messages with their tickets.
    items: VecDeque<(u64, T)>,
    /// `None`: unbounded. `Some(0)`: a rendezvous, where a message in `items` is an offer.
    capacity: Option<usize>,
    next: u64,
    /// The ticket of the last message taken.
    taken: u64,
    senders: usize,
    receiver: bool,
    /// The receiver is inside `recv`.
    receiving: bool,
}

impl<T> Queue<T> {
    fn has_room(&self) -> bool {
        !self.receiver
            || match self.capacity {
                None => true,
                // An offer can always be made; whether it was taken is another question.
                Some(0) => true,
                Some(capacity) => self.items.len() < capacity,
            }
    }

    fn push(&mut self, item: T) -> u64 {
        self.next += 1;
        self.items.push_back((self.next, item));
        self.next
    }

    fn pop(&mut self) -> Option<T> {
        let (ticket, item) = self.items.pop_front()?;
        self.taken = ticket;
        Some(item)
    }

    fn can_receive(&self) -> bool {
        !self.items.is_empty() || self.senders == 0
    }
}

struct Channel<T> {
    object: Object,
    queue: RefCell<Queue<T>>,
}

coroutine_safe! {
    unsafe impl [T: Send] Send for Channel<T>;
    unsafe impl [T: Send] Sync for Channel<T>;
}

impl<T> Channel<T> {
    #[track_caller]
    fn new(capacity: Option<usize>) -> Arc<Self> {
        Arc::new(Channel {
            object: Object::new(),
            queue: RefCell::new(Queue {
                items: VecDeque::new(),
                capacity,
                next: 0,
                taken: 0,
                senders: 1,
                receiver: true,
                receiving: false,
            }),
        })
    }

    fn enter(&self) -> ObjectId {
        self.object.enter(ObjectKind::Channel).0
    }

    fn record(&self, op: Op, id: ObjectId, at: Place, ok: bool, value: Scalar) {
        kernel::with(|kernel| {
            kernel.record(op, Some(id), at, |entry| {
                entry.ok = Some(ok);
                entry.after = value;
            });
        });
    }

    fn send(&self, item: T, at: Place) -> Result<(), SendError<T>> {
        let id = self.enter();
        let value = Scalar::of(&item);
        kernel::step(Step::new(Op::Send, id, at).when(&|_| self.queue.borrow().has_room()));
        if !self.queue.borrow().receiver {
            self.record(Op::Send, id, at, false, value);
            return Err(SendError(item));
        }
        let (ticket, rendezvous) = {
            let mut queue = self.queue.borrow_mut();
            (queue.push(item), queue.capacity == Some(0))
        };
        if rendezvous {
            let over = |queue: &Queue<T>| queue.taken >= ticket || !queue.receiver;
            kernel::step(Step::new(Op::Send, id, at).when(&|_| over(&self.queue.borrow())));
            let mut queue = self.queue.borrow_mut();
            if let Some(index) = queue.items.iter().position(|(other, _)| *other == ticket)
                && let Some((_, item)) = queue.items.remove(index)
            {
                drop(queue);
                self.record(Op::Send, id, at, false, value);
                return Err(SendError(item));
            }
        }
        self.record(Op::Send, id, at, true, value);
        Ok(())
    }

    fn try_send(&self, item: T, at: Place) -> Result<(), TrySendError<T>> {
        let id = self.enter();
        let value = Scalar::of(&item);
        kernel::with(kernel::Kernel::look);
        kernel::step(Step::new(Op::TrySend, id, at));
        let mut queue = self.queue.borrow_mut();
        if !queue.receiver {
            drop(queue);
            self.record(Op::TrySend, id, at, false, value);
            return Err(TrySendError::Disconnected(item));
        }
        let room = match queue.capacity {
            Some(0) => queue.receiving && queue.items.is_empty(),
            _ => queue.has_room(),
        };
        if room {
            queue.push(item);
            drop(queue);
            self.record(Op::TrySend, id, at, true, value);
            return Ok(());
        }
        drop(queue);
        self.record(Op::TrySend, id, at, false, value);
        kernel::with(|kernel| kernel.observed(id, at, Scalar::None));
        Err(TrySendError::Full(item))
    }

    fn recv(&self, limit: Option<Duration>, at: Place) -> Result<T, RecvTimeoutError> {
        let id = self.enter();
        self.queue.borrow_mut().receiving = true;
        let deadline = limit.map(|limit| kernel::with(|kernel| kernel.now()).saturating_add(limit));
        let ready = |_: &kernel::Kernel| self.queue.borrow().can_receive();
        let turn = kernel::step(Step::new(Op::Recv, id, at).when(&ready).until(deadline));
        let item = {
            let mut queue = self.queue.borrow_mut();
            queue.receiving = false;
            if turn == Turn::Timeout { None } else { queue.pop() }
        };
        kernel::with(|kernel| {
            kernel.record(Op::Recv, Some(id), at, |entry| {
                entry.ok = Some(item.is_some());
                entry.after = item.as_ref().map_or(Scalar::None, Scalar::of);
                entry.cause = (turn == Turn::Timeout).then_some(kata_trace::Cause::Timeout);
            });
        });
        let nothing = if turn == Turn::Timeout { RecvTimeoutError::Timeout } else { RecvTimeoutError::Disconnected };
        item.ok_or(nothing)
    }

    fn try_recv(&self, at: Place) -> Result<T, TryRecvError> {
        let id = self.enter();
        kernel::with(kernel::Kernel::look);
        kernel::step(Step::new(Op::TryRecv, id, at));
        let (item, senders) = {
            let mut queue = self.queue.borrow_mut();
            (queue.pop(), queue.senders)
        };
        let value = item.as_ref().map_or(Scalar::None, Scalar::of);
        self.record(Op::TryRecv, id, at, item.is_some(), value);
        if item.is_none() {
            kernel::with(|kernel| kernel.observed(id, at, Scalar::Bool(senders == 0)));
        }
        item.ok_or(if senders == 0 { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    fn add_sender(&self) {
        self.queue.borrow_mut().senders += 1;
    }

    fn drop_sender(&self) {
        let id = self.enter();
        if self.queue.borrow().senders == 1 {
            release_point(Op::CloseSend, id, None);
        }
        let last = {
            let mut queue = self.queue.borrow_mut();
            queue.senders -= 1;
            queue.senders == 0
        };
        if last {
            kernel::with(|kernel| kernel.record(Op::CloseSend, Some(id), None, |_| {}));
        }
    }

    fn drop_receiver(&self, at: Place) {
        let id = self.enter();
        // Whether a send comes before or after this shows in its result.
        kernel::step(Step::new(Op::CloseRecv, id, at));
        let items = {
            let mut queue = self.queue.borrow_mut();
            queue.receiver = false;
            match queue.capacity {
                // Offers go back to those who made them.
                Some(0) => VecDeque::new(),
                _ => std::mem::take(&mut queue.items),
            }
        };
        kernel::with(|kernel| kernel.record(Op::CloseRecv, Some(id), None, |_| {}));
        drop(items);
    }
}

/// `std::sync::mpsc::Sender` in this world.
pub struct Sender<T>(Arc<Channel<T>>);

/// `std::sync::mpsc::SyncSender` in this world.
pub struct SyncSender<T>(Arc<Channel<T>>);

/// `std::sync::mpsc::Receiver` in this world.
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    _not_sync: std::marker::PhantomData<std::cell::Cell<()>>,
}

impl<T> UnwindSafe for Sender<T> {}
impl<T> RefUnwindSafe for Sender<T> {}
impl<T> UnwindSafe for SyncSender<T> {}
impl<T> RefUnwindSafe for SyncSender<T> {}
impl<T> UnwindSafe for Receiver<T> {}
impl<T> RefUnwindSafe for Receiver<T> {}

/// An unbounded channel.
#[track_caller]
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Channel::new(None);
    (Sender(Arc::clone(&channel)), Receiver { channel, _not_sync: std::marker::PhantomData })
}

/// A channel that holds `bound` messages; with 0, every send waits for its receive.
#[track_caller]
#[must_use]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let channel = Channel::new(Some(bound));
    (SyncSender(Arc::clone(&channel)), Receiver { channel, _not_sync: std::marker::PhantomData })
}

impl<T> Sender<T> {
    /// Sends without waiting.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.0.send(item, Location::caller())
    }
}

impl<T> SyncSender<T> {
    /// Waits for room and sends.
    ///
    /// # Errors
    ///
    /// The message, if the receiver is gone.
    #[track_caller]
    pub fn send(&self, item: T) -> Result<(), SendError<T>> {
        self.0.send(item, Location::caller())
    }

    /// Sends if there is room.
    ///
    /// # Errors
    ///
    /// The message, if there is no room or no receiver.
    #[track_caller]
    pub fn try_send(&self, item: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(item, Location::caller())
    }
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// If the channel is empty and every sender is gone.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        self.channel.recv(None, Location::caller()).map_err(|_| RecvError)
    }

    /// Waits for a message, at most `limit`.
    ///
    /// # Errors
    ///
    /// If the limit passed, or as [`Receiver::recv`].
    #[track_caller]
    pub fn recv_timeout(&self, limit: Duration) -> Result<T, RecvTimeoutError> {
        self.channel.recv(Some(limit), Location::caller())
    }

    /// A message, if there is one.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.channel.try_recv(Location::caller())
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
}

/// `std::sync::mpsc::Iter` in this world.
pub struct Iter<'a, T> {
    receiver: &'a Receiver<T>,
}

/// `std::sync::mpsc::TryIter` in this world.
pub struct TryIter<'a, T> {
    receiver: &'a Receiver<T>,
}

/// `std::sync::mpsc::IntoIter` in this world.
pub struct IntoIter<T> {
    receiver: Receiver<T>,
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.receiver.recv().ok()
    }
}

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

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.add_sender();
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Clone for SyncSender<T> {
    fn clone(&self) -> Self {
        self.0.add_sender();
        SyncSender(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.drop_sender();
    }
}

impl<T> Drop for SyncSender<T> {
    fn drop(&mut self) {
        self.0.drop_sender();
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.channel.drop_receiver(Location::caller());
    }
}

macro_rules! opaque_debug {
    ($($name:ident $([$lifetime:lifetime])?)*) => {$(
        impl<$($lifetime,)? T> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

opaque_debug!(Sender SyncSender Receiver IntoIter Iter['a] TryIter['a]);
