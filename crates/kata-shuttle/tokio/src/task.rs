//! `tokio::task` in this world.

mod error;
pub(crate) mod job;
mod join_handle;
pub mod join_set;
mod local_set;
pub mod task_local;
mod unconstrained;

use std::future::poll_fn;
use std::panic::Location;
use std::task::Poll;

use kata_shuttle::task::{self, Reason};
use kata_trace::Op;

pub mod coop {
    //! `tokio::task::coop` in this world, in which no task has a budget.
    pub use super::{Unconstrained, consume_budget, unconstrained};

    /// Always.
    #[must_use]
    pub fn has_budget_remaining() -> bool {
        true
    }
}

pub mod futures {
    //! `tokio::task::futures` in this world.
    pub use super::task_local::TaskLocalFuture;
}

pub use error::{Id, JoinError};
pub use join_handle::{AbortHandle, JoinHandle};
pub use join_set::JoinSet;
pub use local_set::{LocalEnterGuard, LocalSet, spawn_local};
pub use task_local::LocalKey;
pub use unconstrained::{Unconstrained, unconstrained};

use crate::context::{self, Frame};
use crate::runtime::{Handle, RuntimeFlavor};

/// Starts a task.
///
/// # Panics
///
/// If there is no runtime around.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    Handle::current().spawn(future)
}

/// Starts a closure on the blocking pool.
///
/// # Panics
///
/// If there is no runtime around.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    Handle::current().spawn_blocking(f)
}

/// Runs a closure that may block: another thread takes the worker's place.
///
/// # Panics
///
/// On a `current_thread` runtime, and in a `LocalSet`.
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    let polling = context::is_polling();
    let local = context::find(|frame| frame.local.as_ref().map(drop)).is_some();
    let handle = context::handle().filter(|_| polling);
    if let Some(handle) = handle {
        assert!(
            handle.runtime_flavor() == RuntimeFlavor::MultiThread && !local,
            "can call blocking only when running on the multi-threaded runtime"
        );
        let scheduler = handle.scheduler().clone();
        scheduler.replace_worker();
        let _entered = context::enter(Frame { handle: Some(handle), may_block: true, ..Frame::default() });
        let result = f();
        scheduler.restore_worker();
        return result;
    }
    f()
}

/// Gives the turn to others.
#[track_caller]
pub fn yield_now() -> impl Future<Output = ()> {
    let at = Location::caller();
    let mut yielded = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut yielded, true) {
            return Poll::Ready(());
        }
        let reason = Reason::of(Op::Yield, Some(at));
        task::record(reason, |_| {});
        context::yields(reason);
        // On one thread those who yield are polled again when nobody else is ready, as in tokio.
        match context::handle() {
            Some(handle) if handle.scheduler().executor().is_some() && context::is_polling() => {
                handle.scheduler().executor().expect("it has one").defer(cx.waker());
            }
            _ => cx.waker().wake_by_ref(),
        }
        Poll::Pending
    })
}

/// The task that is running.
///
/// # Panics
///
/// Outside of a task.
#[track_caller]
#[must_use]
pub fn id() -> Id {
    try_id().expect("Can't get a task id when not inside a task")
}

/// The task that is running.
#[must_use]
pub fn try_id() -> Option<Id> {
    context::find(|frame| Some(frame.task)).flatten()
}

/// Uses up nothing: tasks have no budget in this world.
pub async fn consume_budget() {}
