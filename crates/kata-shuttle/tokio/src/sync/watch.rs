//! `tokio::sync::watch`.
//!
//! The value is behind a lock that blocks the thread, as tokio documents: it is one of this world, so that who keeps a
//! [`Ref`] too long is found. The rest is made of tokio's `Notify`, as tokio's own channel is.

use std::cell::Cell;
use std::fmt;
use std::future::poll_fn;
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::task::Poll;

use kata_shuttle::sync::{RwLock, RwLockReadGuard};
use kata_shuttle::task::Identity;
use kata_trace::{ObjectKind, Op};
use tokio::sync::Notify;

use super::primitive::{Place, here, reason};
use crate::context;
use crate::coroutine::coroutine_safe;

pub mod error {
    //! `tokio::sync::watch::error` in this world.
    pub use tokio::sync::watch::error::SendError;

    use std::fmt;

    /// `tokio::sync::watch::error::RecvError` in this world.
    #[derive(Clone, Debug)]
    pub struct RecvError(pub(super) ());

    impl fmt::Display for RecvError {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("channel closed")
        }
    }

    impl std::error::Error for RecvError {}
}

struct Shared<T> {
    identity: Identity,
    value: RwLock<T>,
    version: Cell<u64>,
    senders: Cell<usize>,
    receivers: Cell<usize>,
    changed: Notify,
    deserted: Notify,
}

coroutine_safe! {
    unsafe impl [T: Send + Sync] Send for Shared<T>;
    unsafe impl [T: Send + Sync] Sync for Shared<T>;
}

/// `tokio::sync::watch::Sender` in this world.
pub struct Sender<T> {
    shared: Arc<Shared<T>>,
}

/// `tokio::sync::watch::Receiver` in this world.
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    seen: u64,
}

/// `tokio::sync::watch::Ref` in this world.
pub struct Ref<'a, T> {
    guard: RwLockReadGuard<'a, T>,
    has_changed: bool,
}

/// A channel whose receivers see the latest value.
#[track_caller]
pub fn channel<T>(init: T) -> (Sender<T>, Receiver<T>) {
    let sender = Sender::new(init);
    let receiver = sender.receiver();
    (sender, receiver)
}

impl<T> Shared<T> {
    #[track_caller]
    fn read(&self) -> RwLockReadGuard<'_, T> {
        self.value.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_closed(&self) -> bool {
        self.senders.get() == 0
    }

    /// The value was replaced.
    fn tell(&self, at: Place) {
        self.version.set(self.version.get() + 1);
        self.identity.progresses();
        self.identity.record(Op::NotifyAll, Some(at), |_| {});
        self.changed.notify_waiters();
    }
}

impl<T> Sender<T> {
    /// A channel without a receiver yet.
    #[track_caller]
    pub fn new(init: T) -> Self {
        let shared = Shared {
            identity: Identity::new(ObjectKind::Notify),
            value: RwLock::new(init),
            version: Cell::new(0),
            senders: Cell::new(1),
            receivers: Cell::new(0),
            changed: Notify::new(),
            deserted: Notify::new(),
        };
        Sender { shared: Arc::new(shared) }
    }

    /// Replaces the value.
    ///
    /// # Errors
    ///
    /// The value, if there is no receiver.
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), error::SendError<T>> {
        let at = here();
        self.shared.identity.point(Op::NotifyAll, at);
        if self.shared.receivers.get() == 0 {
            return Err(tokio::sync::watch::error::SendError(value));
        }
        self.send_replace(value);
        Ok(())
    }

    /// Changes the value.
    #[track_caller]
    pub fn send_modify<F: FnOnce(&mut T)>(&self, modify: F) {
        self.send_if_modified(|value| {
            modify(value);
            true
        });
    }

    /// Changes the value; receivers are told if `modify` says so.
    #[track_caller]
    pub fn send_if_modified<F: FnOnce(&mut T) -> bool>(&self, modify: F) -> bool {
        let at = here();
        let mut guard = self.shared.value.write().unwrap_or_else(PoisonError::into_inner);
        let modified = modify(&mut guard);
        if modified {
            self.shared.tell(at);
        }
        drop(guard);
        modified
    }

    /// Replaces the value, whether there is a receiver or not. Returns the old one.
    #[track_caller]
    pub fn send_replace(&self, mut value: T) -> T {
        self.send_modify(|old| std::mem::swap(old, &mut value));
        value
    }

    /// Borrows the value, which nobody can replace meanwhile.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        Ref { guard: self.shared.read(), has_changed: false }
    }

    /// Whether there is no receiver.
    #[track_caller]
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.receiver_count() == 0
    }

    /// Waits until there is no receiver.
    #[track_caller]
    pub fn closed(&self) -> impl Future<Output = ()> {
        let at = here();
        async move {
            wait(&self.shared.identity, &self.shared.deserted, at, || (self.shared.receivers.get() == 0).then_some(()))
                .await;
        }
    }

    /// A receiver, which has seen the present value.
    #[track_caller]
    #[must_use]
    pub fn subscribe(&self) -> Receiver<T> {
        // What was sent before it counts as seen.
        self.shared.identity.point(Op::Wake, here());
        self.receiver()
    }

    fn receiver(&self) -> Receiver<T> {
        self.shared.receivers.set(self.shared.receivers.get() + 1);
        Receiver { shared: Arc::clone(&self.shared), seen: self.shared.version.get() }
    }

    /// How many receivers there are.
    #[track_caller]
    #[must_use]
    pub fn receiver_count(&self) -> usize {
        self.shared.identity.point(Op::Wake, here());
        self.shared.receivers.get()
    }

    /// How many senders there are.
    #[track_caller]
    #[must_use]
    pub fn sender_count(&self) -> usize {
        self.shared.identity.point(Op::Wake, here());
        self.shared.senders.get()
    }

    /// Whether both are of one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

/// Waits until `look` finds something, at each notification again.
async fn wait<R>(identity: &Identity, notify: &Notify, at: Place, mut look: impl FnMut() -> Option<R>) -> R {
    let mut waits = false;
    loop {
        let mut notified = pin!(notify.notified());
        let found = poll_fn(|cx| {
            identity.point(Op::Wake, at);
            if let Some(found) = look() {
                identity.record(Op::Wake, Some(at), |_| {});
                return Poll::Ready(Some(found));
            }
            if notified.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            if !std::mem::replace(&mut waits, true) {
                identity.record(Op::Wait, Some(at), |_| {});
            }
            context::awaits(reason(identity, Op::Wake, at));
            Poll::Pending
        })
        .await;
        if let Some(found) = found {
            return found;
        }
    }
}

impl<T> Receiver<T> {
    /// Borrows the value, which nobody can replace meanwhile. It does not count as seen.
    #[track_caller]
    pub fn borrow(&self) -> Ref<'_, T> {
        let guard = self.shared.read();
        Ref { guard, has_changed: self.shared.version.get() != self.seen }
    }

    /// Borrows the value, which nobody can replace meanwhile, and counts it as seen.
    #[track_caller]
    pub fn borrow_and_update(&mut self) -> Ref<'_, T> {
        let guard = self.shared.read();
        let version = self.shared.version.get();
        let has_changed = std::mem::replace(&mut self.seen, version) != version;
        Ref { guard, has_changed }
    }

    /// Whether there is a value that was not seen.
    ///
    /// # Errors
    ///
    /// If every sender is gone.
    #[track_caller]
    pub fn has_changed(&self) -> Result<bool, error::RecvError> {
        self.shared.identity.point(Op::Wake, here());
        if self.shared.is_closed() {
            return Err(error::RecvError(()));
        }
        Ok(self.shared.version.get() != self.seen)
    }

    /// Counts the value as not seen.
    pub fn mark_changed(&mut self) {
        self.seen = self.shared.version.get().wrapping_sub(1);
    }

    /// Counts the value as seen.
    pub fn mark_unchanged(&mut self) {
        self.seen = self.shared.version.get();
    }

    /// Waits for a value that was not seen, and counts it as seen. The error: every sender is gone.
    #[track_caller]
    pub fn changed(&mut self) -> impl Future<Output = Result<(), error::RecvError>> {
        let at = here();
        async move {
            let Receiver { shared, seen } = self;
            wait(&shared.identity, &shared.changed, at, || {
                let version = shared.version.get();
                if std::mem::replace(seen, version) != version {
                    return Some(Ok(()));
                }
                shared.is_closed().then_some(Err(error::RecvError(())))
            })
            .await
        }
    }

    /// Waits for a value that meets the condition; the present one may. The error: every sender is gone.
    #[track_caller]
    pub fn wait_for(
        &mut self,
        mut f: impl FnMut(&T) -> bool,
    ) -> impl Future<Output = Result<Ref<'_, T>, error::RecvError>> {
        let at = here();
        async move {
            let mut closed = false;
            loop {
                {
                    let guard = self.shared.read();
                    let version = self.shared.version.get();
                    let has_changed = std::mem::replace(&mut self.seen, version) != version;
                    // As in tokio, a value that was seen is looked at again only the first time.
                    if f(&guard) {
                        drop(guard);
                        return Ok(Ref { guard: self.shared.read(), has_changed });
                    }
                }
                if closed {
                    return Err(error::RecvError(()));
                }
                let Receiver { shared, seen } = &mut *self;
                closed = wait(&shared.identity, &shared.changed, at, || {
                    if shared.version.get() != *seen {
                        return Some(false);
                    }
                    shared.is_closed().then_some(true)
                })
                .await;
            }
        }
    }

    /// Whether both are of one channel.
    #[must_use]
    pub fn same_channel(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T> Ref<'_, T> {
    /// Whether the value had not been seen when it was borrowed.
    #[must_use]
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.shared.senders.set(self.shared.senders.get() + 1);
        Sender { shared: Arc::clone(&self.shared) }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.shared.receivers.set(self.shared.receivers.get() + 1);
        Receiver { shared: Arc::clone(&self.shared), seen: self.seen }
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        let last = self.shared.senders.get() == 1;
        if last {
            self.shared.identity.release_seen(Op::CloseSend);
        }
        self.shared.senders.set(self.shared.senders.get() - 1);
        if last {
            self.shared.identity.progresses();
            self.shared.identity.record(Op::CloseSend, None, |_| {});
            self.shared.changed.notify_waiters();
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let last = self.shared.receivers.get() == 1;
        if last {
            self.shared.identity.release_seen(Op::CloseRecv);
        }
        self.shared.receivers.set(self.shared.receivers.get() - 1);
        if last {
            self.shared.identity.progresses();
            self.shared.identity.record(Op::CloseRecv, None, |_| {});
            self.shared.deserted.notify_waiters();
        }
    }
}

impl<T: Default> Default for Sender<T> {
    #[track_caller]
    fn default() -> Self {
        Sender::new(T::default())
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref").field("inner", &**self).field("has_changed", &self.has_changed).finish()
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
