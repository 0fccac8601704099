//! What bounded and unbounded channels have in common.

use std::future::poll_fn;
use std::task::{Context, Poll};

use kata::Scalar;
use kata_shuttle::task::Identity;
use kata_trace::{ObjectKind, Op};

use crate::context;
use crate::sync::primitive::{Place, reason};

/// A channel as an object of this world.
pub(super) struct Channel {
    pub(super) identity: Identity,
}

impl Channel {
    #[track_caller]
    pub(super) fn new() -> Self {
        Channel { identity: Identity::new(ObjectKind::Channel) }
    }

    pub(super) fn point(&self, op: Op, at: Place) {
        self.identity.point(op, at);
    }

    pub(super) fn look(&self, op: Op, at: Place) {
        self.identity.look();
        self.identity.point(op, at);
    }

    /// A message was sent, or was refused.
    pub(super) fn sent(&self, op: Op, at: Place, ok: bool, value: Scalar) {
        self.identity.progresses();
        self.identity.record(op, Some(at), |entry| {
            entry.ok = Some(ok);
            entry.after = value;
        });
    }

    /// A message was received, or there is none.
    pub(super) fn received<T>(&self, op: Op, at: Place, item: Option<&T>) {
        if item.is_some() {
            self.identity.progresses();
        }
        self.identity.record(op, Some(at), |entry| {
            entry.ok = Some(item.is_some());
            entry.after = item.map_or(Scalar::None, Scalar::of);
        });
    }

    /// A sender is about to be dropped: `drop` does it.
    pub(super) fn drop_sender(&self, last: bool, drop: impl FnOnce()) {
        if last {
            self.identity.release(Op::CloseSend, None);
        }
        drop();
        if last {
            self.identity.progresses();
            self.identity.record(Op::CloseSend, None, |_| {});
        }
    }

    /// The receiver is about to be dropped or closed: `close` does it.
    pub(super) fn close(&self, at: Option<Place>, close: impl FnOnce()) {
        // Whether a send comes before or after this shows in its result.
        match at {
            Some(at) => self.identity.point(Op::CloseRecv, at),
            None => self.identity.release_seen(Op::CloseRecv),
        }
        close();
        self.identity.progresses();
        self.identity.record(Op::CloseRecv, at, |_| {});
    }

    /// Polls for a message. `stays` if there is one that stays until this receiver takes it, and whose room nobody
    /// waits for.
    pub(super) fn poll_recv<T>(
        &self,
        stays: bool,
        at: Place,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<Option<T>>,
    ) -> Poll<Option<T>> {
        if !stays {
            self.point(Op::Recv, at);
        }
        let polled = poll(cx);
        match &polled {
            Poll::Pending => context::awaits(reason(&self.identity, Op::Recv, at)),
            Poll::Ready(item) => self.received(Op::Recv, at, item.as_ref()),
        }
        polled
    }
}

/// A message that is to be sent when there is room. Its send may be cancelled: then it is dropped.
pub(super) struct Unsent<'a> {
    channel: &'a Channel,
    at: Place,
    value: Scalar,
}

impl<'a> Unsent<'a> {
    pub(super) fn new<T>(channel: &'a Channel, at: Place, message: &T) -> Self {
        Unsent { channel, at, value: Scalar::of(message) }
    }

    /// It is sent, or goes back to whoever wanted to send it.
    pub(super) fn settle(self) -> Scalar {
        let value = self.value;
        std::mem::forget(self);
        value
    }
}

impl Drop for Unsent<'_> {
    fn drop(&mut self) {
        self.channel.identity.record(Op::CancelSend, Some(self.at), |entry| entry.after = self.value);
    }
}

/// Notices when a receiver gives up waiting: until when there were senders shows then.
pub(super) struct Patience<'a> {
    channel: &'a Channel,
    waits: bool,
}

impl<'a> Patience<'a> {
    pub(super) fn new(channel: &'a Channel) -> Self {
        Patience { channel, waits: false }
    }

    pub(super) async fn wait<T>(mut self, mut poll: impl FnMut(&mut Context<'_>) -> Poll<T>) -> T {
        poll_fn(|cx| {
            let polled = poll(cx);
            self.waits = polled.is_pending();
            polled
        })
        .await
    }
}

impl Drop for Patience<'_> {
    fn drop(&mut self) {
        if self.waits {
            self.channel.identity.look();
        }
    }
}

/// The methods that receivers have in common.
macro_rules! receiver {
    ($name:ident, stays: |$receiver:ident| $stays:expr) => {
        impl<T> $name<T> {
            /// Waits for a message; `None` when there are none left and every sender is gone.
            #[track_caller]
            pub fn recv(&mut self) -> impl Future<Output = Option<T>> {
                let at = here();
                let channel = Arc::clone(&self.channel);
                async move { Patience::new(&channel).wait(|cx| self.poll_at(cx, at)).await }
            }

            /// Polls for a message.
            #[track_caller]
            pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
                self.poll_at(cx, here())
            }

            fn poll_at(&mut self, cx: &mut Context<'_>, at: Place) -> Poll<Option<T>> {
                let $receiver = &*self;
                let stays = $stays;
                let (channel, real) = (&self.channel, &mut self.real);
                channel.poll_recv(stays, at, cx, |cx| real.as_mut().expect("it is not being dropped").poll_recv(cx))
            }

            /// Waits for messages, and takes so many of those that are there. Returns how many.
            #[track_caller]
            pub fn recv_many(&mut self, buffer: &mut Vec<T>, limit: usize) -> impl Future<Output = usize> {
                let at = here();
                let channel = Arc::clone(&self.channel);
                async move {
                    Patience::new(&channel)
                        .wait(|cx| {
                            channel.point(Op::Recv, at);
                            let before = buffer.len();
                            let polled = self.real_mut().poll_recv_many(cx, buffer, limit);
                            match &polled {
                                Poll::Pending => context::awaits(reason(&channel.identity, Op::Recv, at)),
                                Poll::Ready(_) if buffer.len() == before => {
                                    channel.received::<T>(Op::Recv, at, None);
                                }
                                Poll::Ready(_) => {
                                    buffer[before..].iter().for_each(|item| channel.received(Op::Recv, at, Some(item)));
                                }
                            }
                            polled
                        })
                        .await
                }
            }

            /// Takes a message if there is one.
            ///
            /// # Errors
            ///
            /// If there is none, or will be none.
            #[track_caller]
            pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                let at = here();
                self.channel.look(Op::TryRecv, at);
                let result = self.real_mut().try_recv();
                self.channel.received(Op::TryRecv, at, result.as_ref().ok());
                result
            }

            /// Blocks the thread until there is a message.
            ///
            /// # Panics
            ///
            /// Inside of an asynchronous context.
            #[track_caller]
            pub fn blocking_recv(&mut self) -> Option<T> {
                block_on(reason(&self.channel.identity, Op::Recv, here()), self.recv())
            }

            /// Nobody can send from here on; what was sent can be received.
            #[track_caller]
            pub fn close(&mut self) {
                let real = self.real.as_mut().expect("it is not being dropped");
                self.channel.close(Some(here()), || real.close());
            }

            /// Whether nobody can send any more.
            #[track_caller]
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.channel.look(Op::TryRecv, here());
                self.real().is_closed()
            }

            /// Whether there is no message.
            #[track_caller]
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.channel.look(Op::TryRecv, here());
                self.real().is_empty()
            }

            /// How many messages there are.
            #[track_caller]
            #[must_use]
            pub fn len(&self) -> usize {
                self.channel.look(Op::TryRecv, here());
                self.real().len()
            }

            /// How many senders there are.
            #[track_caller]
            #[must_use]
            pub fn sender_strong_count(&self) -> usize {
                self.channel.look(Op::TryRecv, here());
                self.real().sender_strong_count()
            }

            fn real(&self) -> &real::$name<T> {
                self.real.as_ref().expect("it is not being dropped")
            }

            fn real_mut(&mut self) -> &mut real::$name<T> {
                self.real.as_mut().expect("it is not being dropped")
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                let real = self.real.take();
                self.channel.close(None, || drop(real));
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use receiver;

/// The methods that senders have in common.
macro_rules! sender {
    ($name:ident, $weak:ident) => {
        impl<T> $name<T> {
            fn real(&self) -> &real::$name<T> {
                self.real.as_ref().expect("it is not being dropped")
            }

            /// Waits until the receiver is gone, or has closed the channel.
            #[track_caller]
            pub fn closed(&self) -> impl Future<Output = ()> {
                let at = here();
                async move { operation(&self.channel.identity, Op::Wake, at, self.real().closed()).await }
            }

            /// Whether the receiver is gone, or has closed the channel.
            #[track_caller]
            #[must_use]
            pub fn is_closed(&self) -> bool {
                self.channel.look(Op::TrySend, here());
                self.real().is_closed()
            }

            /// Whether both are of one channel.
            #[must_use]
            pub fn same_channel(&self, other: &Self) -> bool {
                self.real().same_channel(other.real())
            }

            /// A sender that does not keep the channel open.
            #[must_use = "Downgrade creates a WeakSender without destroying the original non-weak sender."]
            pub fn downgrade(&self) -> $weak<T> {
                $weak { channel: Arc::clone(&self.channel), real: self.real().downgrade() }
            }

            /// How many senders there are.
            #[track_caller]
            #[must_use]
            pub fn strong_count(&self) -> usize {
                self.channel.look(Op::TrySend, here());
                self.real().strong_count()
            }

            /// How many senders there are that do not keep the channel open.
            #[must_use]
            pub fn weak_count(&self) -> usize {
                self.real().weak_count()
            }
        }

        impl<T> $weak<T> {
            /// A sender, if there is one.
            #[track_caller]
            #[must_use]
            pub fn upgrade(&self) -> Option<$name<T>> {
                self.channel.look(Op::TrySend, here());
                let real = self.real.upgrade()?;
                Some($name { channel: Arc::clone(&self.channel), real: Some(real) })
            }

            /// How many senders there are.
            #[track_caller]
            #[must_use]
            pub fn strong_count(&self) -> usize {
                self.channel.look(Op::TrySend, here());
                self.real.strong_count()
            }
        }

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                $name { channel: Arc::clone(&self.channel), real: self.real.clone() }
            }
        }

        impl<T> Clone for $weak<T> {
            fn clone(&self) -> Self {
                $weak { channel: Arc::clone(&self.channel), real: self.real.clone() }
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                let Some(real) = self.real.take() else { return };
                self.channel.drop_sender(real.strong_count() == 1, || drop(real));
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }

        impl<T> fmt::Debug for $weak<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($weak)).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use sender;
