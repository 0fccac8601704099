//! `JoinHandle` and `AbortHandle`.

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use kata_shuttle::task::{self, Reason};
use kata_trace::Op;

use super::job::{Job, Packet, Place};
use super::{Id, JoinError};
use crate::context;
use crate::coroutine::coroutine_safe;

/// `tokio::task::JoinHandle` in this world.
pub struct JoinHandle<T> {
    job: Arc<Job>,
    packet: Arc<Packet<T>>,
}

coroutine_safe! {
    unsafe impl [T: Send] Send for JoinHandle<T>;
    unsafe impl [T: Send] Sync for JoinHandle<T>;
}
impl<T> UnwindSafe for JoinHandle<T> {}
impl<T> RefUnwindSafe for JoinHandle<T> {}
impl<T> Unpin for JoinHandle<T> {}

/// `tokio::task::AbortHandle` in this world.
#[derive(Clone)]
pub struct AbortHandle(Arc<Job>);

impl UnwindSafe for AbortHandle {}
impl RefUnwindSafe for AbortHandle {}

fn abort(job: &Arc<Job>, at: Option<Place>) {
    if job.is_over() {
        return;
    }
    let reason = Reason { peer: Some(job.lane()), ..Reason::of(Op::Abort, at) };
    task::point(reason);
    task::record(reason, |_| {});
    job.cancel();
}

fn is_finished(job: &Job, at: Place) -> bool {
    task::point_unless(job.is_over(), Reason { peer: Some(job.lane()), ..Reason::of(Op::Join, Some(at)) });
    job.is_over()
}

impl<T> JoinHandle<T> {
    pub(crate) fn new((job, packet): (Arc<Job>, Arc<Packet<T>>)) -> Self {
        JoinHandle { job, packet }
    }

    /// Ends the task at its next await point.
    #[track_caller]
    pub fn abort(&self) {
        abort(&self.job, Some(Location::caller()));
    }

    /// As [`JoinHandle::abort`], where no line of the program says so: what owned the handle is dropped.
    pub(crate) fn abort_in_drop(&self) {
        abort(&self.job, None);
    }

    /// Whether the task is over.
    #[track_caller]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        is_finished(&self.job, Location::caller())
    }

    /// A handle that aborts and does not wait.
    #[must_use]
    pub fn abort_handle(&self) -> AbortHandle {
        AbortHandle(Arc::clone(&self.job))
    }

    /// The task.
    #[must_use]
    pub fn id(&self) -> Id {
        self.job.id
    }

    pub(crate) fn reason(&self, at: Place) -> Reason {
        Reason { peer: Some(self.job.lane()), ..Reason::of(Op::Join, Some(at)) }
    }

    pub(crate) fn poll_at(&mut self, cx: &mut Context<'_>, at: Place) -> Poll<Result<T, JoinError>> {
        let reason = self.reason(at);
        task::point_unless(self.job.is_over(), reason);
        if !self.job.is_over() {
            self.job.set_joiner(cx.waker());
            context::awaits(reason);
            return Poll::Pending;
        }
        task::record(reason, |_| {});
        if self.job.panicked() {
            task::tell_panic(self.job.lane());
        }
        Poll::Ready(self.packet.take().expect("JoinHandle polled after completion"))
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_at(cx, Location::caller())
    }
}

impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        self.job.forget_joiner();
        // A result that nobody wants any more.
        drop(self.packet.take());
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").field("id", &self.job.id).finish()
    }
}

impl AbortHandle {
    /// Ends the task at its next await point.
    #[track_caller]
    pub fn abort(&self) {
        abort(&self.0, Some(Location::caller()));
    }

    /// Whether the task is over.
    #[track_caller]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        is_finished(&self.0, Location::caller())
    }

    /// The task.
    #[must_use]
    pub fn id(&self) -> Id {
        self.0.id
    }
}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortHandle").field("id", &self.0.id).finish()
    }
}
