//! `tokio::task::LocalSet`, observed.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use kata_real::executor;
use tokio::task::LocalEnterGuard;

use super::JoinHandle;
use crate::runtime::Runtime;

/// See `tokio::task::LocalSet`.
#[derive(Default)]
pub struct LocalSet {
    inner: tokio::task::LocalSet,
}

/// See `tokio::task::spawn_local`.
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let future = executor::watch_local(future, Location::caller());
    let finish = future.finish();
    JoinHandle::new(tokio::task::spawn_local(future), finish)
}

impl LocalSet {
    /// See `tokio::task::LocalSet::new`.
    #[must_use]
    pub fn new() -> Self {
        LocalSet::default()
    }

    pub(crate) fn real(&self) -> &tokio::task::LocalSet {
        &self.inner
    }

    /// See `tokio::task::LocalSet::enter`.
    pub fn enter(&self) -> LocalEnterGuard {
        self.inner.enter()
    }

    /// See `tokio::task::LocalSet::spawn_local`.
    #[track_caller]
    pub fn spawn_local<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let future = executor::watch_local(future, Location::caller());
        let finish = future.finish();
        JoinHandle::new(self.inner.spawn_local(future), finish)
    }

    /// See `tokio::task::LocalSet::block_on`.
    #[track_caller]
    pub fn block_on<F>(&self, rt: &Runtime, future: F) -> F::Output
    where
        F: Future,
    {
        // The set itself runs inside the thread's own poll, so that both are observed.
        rt.block_on(self.inner.run_until(future))
    }

    /// See `tokio::task::LocalSet::run_until`.
    pub async fn run_until<F>(&self, future: F) -> F::Output
    where
        F: Future,
    {
        self.inner.run_until(future).await
    }
}

impl Future for LocalSet {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.inner).poll(cx)
    }
}

impl fmt::Debug for LocalSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
