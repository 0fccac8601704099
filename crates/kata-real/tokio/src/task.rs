//! `tokio::task`, observed.

mod join_handle;
pub mod join_set;
mod local;

use std::panic::Location;

use kata_real::executor;

pub use join_handle::JoinHandle;
pub use join_set::JoinSet;
pub use local::{LocalSet, spawn_local};
pub use tokio::task::{
    AbortHandle, Id, JoinError, LocalEnterGuard, LocalKey, Unconstrained, consume_budget, coop, futures, id, try_id,
    unconstrained, yield_now,
};

/// See `tokio::task::spawn`.
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let future = executor::watch(future, Location::caller());
    let finish = future.finish();
    JoinHandle::new(tokio::task::spawn(future), finish)
}

/// See `tokio::task::spawn_blocking`.
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let job = executor::blocking(f, Location::caller());
    JoinHandle::new(tokio::task::spawn_blocking(job.run), job.lane)
}

/// See `tokio::task::block_in_place`. As in tokio, it panics on a `current_thread` runtime.
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    tokio::task::block_in_place(|| executor::may_block(f))
}
