//! `LocalSet`.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll};

use kata_shuttle::task::{self, LocksTaken, Reason};
use kata_trace::Op;

use super::JoinHandle;
use super::job::{self, Home, Place};
use crate::context::{self, Entered, Frame};
use crate::coroutine::Shared;
use crate::executor::{Executor, TURNS};
use crate::runtime::Runtime;

/// `tokio::task::LocalSet` in this world.
pub struct LocalSet {
    executor: Shared<Executor>,
    created: Place,
    _not_send: PhantomData<Rc<()>>,
}

/// `tokio::task::LocalEnterGuard` in this world.
pub struct LocalEnterGuard {
    _entered: Entered,
    _not_send: PhantomData<Rc<()>>,
}

/// Starts a task in the `LocalSet` around.
///
/// # Panics
///
/// If there is none.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let executor = context::find(|frame| frame.local.clone());
    let executor =
        executor.expect("`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`");
    spawn_in(executor, Location::caller(), future)
}

pub(super) fn spawn_in<F>(executor: Shared<Executor>, at: Place, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    JoinHandle::new(job::spawn(Home::Executor(executor), context::handle(), at, future))
}

impl LocalSet {
    /// An empty set.
    #[track_caller]
    #[must_use]
    pub fn new() -> LocalSet {
        LocalSet { executor: Shared::new(Executor::local()), created: Location::caller(), _not_send: PhantomData }
    }

    pub(super) fn executor(&self) -> Shared<Executor> {
        self.executor.clone()
    }

    /// From here on `spawn_local` adds to this set.
    #[must_use]
    pub fn enter(&self) -> LocalEnterGuard {
        let entered = context::enter(Frame { local: Some(self.executor()), ..Frame::default() });
        LocalEnterGuard { _entered: entered, _not_send: PhantomData }
    }

    /// Starts a task in this set.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn_in(self.executor(), Location::caller(), future)
    }

    /// Blocks on a future, and polls the tasks of the set meanwhile.
    #[track_caller]
    pub fn block_on<F: Future>(&self, rt: &Runtime, future: F) -> F::Output {
        rt.block_on(self.run_until(future))
    }

    /// Polls a future, and the tasks of the set until it is over.
    pub async fn run_until<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            self.executor.set_owner(cx.waker());
            let _entered = self.enter();
            let taken = LocksTaken::now();
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(output);
            }
            // The tasks of the set are polled next, on this thread.
            task::suspends(taken, context::awaited());
            if self.tick() {
                cx.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await
    }

    /// Polls tasks. `true` if more are to be polled.
    fn tick(&self) -> bool {
        let reason = Reason::of(Op::Join, Some(self.created));
        for _ in 0..TURNS {
            if !self.executor.run_next(reason) {
                return false;
            }
        }
        self.executor.has_ready()
    }
}

impl Future for LocalSet {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.executor.set_owner(cx.waker());
        let _entered = self.enter();
        if self.tick() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.executor.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    }
}

impl Drop for LocalSet {
    fn drop(&mut self) {
        let _entered = self.enter();
        self.executor.close(Reason::of(Op::Join, Some(self.created)));
    }
}

impl Default for LocalSet {
    #[track_caller]
    fn default() -> Self {
        LocalSet::new()
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalSet").finish_non_exhaustive()
    }
}

impl fmt::Debug for LocalEnterGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalEnterGuard").finish_non_exhaustive()
    }
}
