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
use crate::kernel::{self, Kernel, Place, Readiness, Step};
use crate::object::Object;
use crate::sync::coroutine_safe;

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
        match self.capacity {
            // An offer can always be made; whether it was taken is another question.
            None | Some(0) => true,
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

    /// Whether the receiver can go on. That nothing will come any more stays so; and nobody can tell when a message
    /// is taken from a channel that never fills up.
    fn receiver_readiness(&self) -> Readiness {
        match self.items.is_empty() {
            true => Readiness::free_when(self.senders == 0),
            false if self.capacity.is_none() => Readiness::Free,
            false => Readiness::Ready,
        }
    }

    /// Whether a sender can go on. That nobody will receive any more stays so.
    fn sender_readiness(&self) -> Readiness {
        if self.receiver { Readiness::when(self.has_room()) } else { Readiness::Free }
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

    fn look(&self) {
        kernel::with(|kernel| kernel.look(self.object.subject()));
    }

    fn record(&self, op: Op, id: ObjectId, at: Place, ok: bool, value: Scalar) {
        kernel::with(|kernel| {
            kernel.record(op, Some(id), at, |entry| {
                entry.ok = Some(ok);
                entry.after = value;
            });
        });
    }

    fn push(&self, item: T) -> u64 {
        kernel::with(Kernel::progresses);
        self.queue.borrow_mut().push(item)
    }

    fn pop(&self) -> Option<T> {
        let item = self.queue.borrow_mut().pop();
        if item.is_some() {
            kernel::with(Kernel::progresses);
        }
        item
    }

    fn is_rendezvous(&self) -> bool {
        self.queue.borrow().capacity == Some(0)
    }

    fn send(&self, item: T, at: Place) -> Result<(), SendError<T>> {
        let id = self.enter();
        let value = Scalar::of(&item);
        kernel::step(Step::on(Op::Send, id, at).when(&|_| self.queue.borrow().sender_readiness()));
        if !self.queue.borrow().receiver {
            self.record(Op::Send, id, at, false, value);
            return Err(SendError(item));
        }
        let ticket = self.push(item);
        if self.is_rendezvous() {
            let over = |queue: &Queue<T>| Readiness::free_when(queue.taken >= ticket || !queue.receiver);
            kernel::step(Step::on(Op::Send, id, at).when(&|_| over(&self.queue.borrow())));
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
        self.look();
        let readiness = |_: &Kernel| if self.queue.borrow().receiver { Readiness::Ready } else { Readiness::Free };
        kernel::step(Step::on(Op::TrySend, id, at).when(&readiness));
        let (receiver, room) = {
            let queue = self.queue.borrow();
            let room = match queue.capacity {
                Some(0) => queue.receiving && queue.items.is_empty(),
                _ => queue.has_room(),
            };
            (queue.receiver, room)
        };
        self.record(Op::TrySend, id, at, receiver && room, value);
        match (receiver, room) {
            (false, _) => Err(TrySendError::Disconnected(item)),
            (true, false) => Err(TrySendError::Full(item)),
            (true, true) => {
                self.push(item);
                Ok(())
            }
        }
    }

    fn recv(&self, limit: Option<Duration>, at: Place) -> Result<T, RecvTimeoutError> {
        let id = self.enter();
        if limit.is_some() {
            // Until when there are senders shows.
            self.look();
        }
        if self.is_rendezvous() {
            // Whether the receiver is there shows in `try_send`.
            kernel::release(Op::Recv, Some(id), self.object.subject(), Some(at));
        }
        self.queue.borrow_mut().receiving = true;
        let deadline = limit.map(|limit| kernel::with(|kernel| kernel.now()).saturating_add(limit));
        let ready = |_: &Kernel| self.queue.borrow().receiver_readiness();
        let turn = kernel::step(Step::on(Op::Recv, id, at).when(&ready).until(deadline));
        self.queue.borrow_mut().receiving = false;
        let item = if turn == Turn::Timeout { None } else { self.pop() };
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
        self.look();
        let readiness = |_: &Kernel| match self.queue.borrow().receiver_readiness() {
            Readiness::Blocked => Readiness::Ready,
            readiness => readiness,
        };
        kernel::step(Step::on(Op::TryRecv, id, at).when(&readiness));
        let item = self.pop();
        let value = item.as_ref().map_or(Scalar::None, Scalar::of);
        self.record(Op::TryRecv, id, at, item.is_some(), value);
        let senders = self.queue.borrow().senders;
        item.ok_or(if senders == 0 { TryRecvError::Disconnected } else { TryRecvError::Empty })
    }

    /// A sender was made.
    fn add_sender(&self, at: Place) {
        self.queue.borrow_mut().senders += 1;
        self.know_sender(at);
    }

    fn know_sender(&self, at: Place) {
        let id = self.enter();
        kernel::with(|kernel| {
            if kernel.active() {
                kernel.log.add_sender(id, at);
            }
        });
    }

    fn drop_sender(&self, made: Place) {
        let id = self.enter();
        if self.queue.borrow().senders == 1 {
            kernel::release(Op::CloseSend, Some(id), self.object.subject(), None);
        }
        let last = {
            let mut queue = self.queue.borrow_mut();
            queue.senders -= 1;
            queue.senders == 0
        };
        kernel::with(|kernel| {
            if kernel.active() {
                kernel.log.drop_sender(id, made);
            }
        });
        if last {
            kernel::with(|kernel| {
                kernel.progresses();
                kernel.record(Op::CloseSend, Some(id), None, |_| {});
            });
        }
    }

    fn drop_receiver(&self) {
        let id = self.enter();
        // Whether a send comes before or after this shows in its result.
        kernel::step(Step::on(Op::CloseRecv, id, None));
        let items = {
            let mut queue = self.queue.borrow_mut();
            queue.receiver = false;
            match queue.capacity {
                // Offers go back to those who made them.
                Some(0) => VecDeque::new(),
                _ => std::mem::take(&mut queue.items),
            }
        };
        kernel::with(|kernel| {
            kernel.progresses();
            kernel.record(Op::CloseRecv, Some(id), None, |_| {});
        });
        drop(items);
    }
}

/// `std::sync::mpsc::Sender` in this world, and where it was made.
pub struct Sender<T>(Arc<Channel<T>>, Place);

/// `std::sync::mpsc::SyncSender` in this world, and where it was made.
pub struct SyncSender<T>(Arc<Channel<T>>, Place);

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
    let at = Location::caller();
    channel.know_sender(at);
    (Sender(Arc::clone(&channel), at), Receiver { channel, _not_sync: std::marker::PhantomData })
}

/// A channel that holds `bound` messages; with 0, every send waits for its receive.
#[track_caller]
#[must_use]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let channel = Channel::new(Some(bound));
    let at = Location::caller();
    channel.know_sender(at);
    (SyncSender(Arc::clone(&channel), at), Receiver { channel, _not_sync: std::marker::PhantomData })
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
    #[track_caller]
    fn clone(&self) -> Self {
        let at = Location::caller();
        self.0.add_sender(at);
        Sender(Arc::clone(&self.0), at)
    }
}

impl<T> Clone for SyncSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        let at = Location::caller();
        self.0.add_sender(at);
        SyncSender(Arc::clone(&self.0), at)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.drop_sender(self.1);
    }
}

impl<T> Drop for SyncSender<T> {
    fn drop(&mut self) {
        self.0.drop_sender(self.1);
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.channel.drop_receiver();
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
