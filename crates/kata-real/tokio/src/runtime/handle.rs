//! `tokio::runtime::Handle`, observed.

use std::panic::Location;

use kata_real::executor;
use tokio::runtime::{EnterGuard, Id, RuntimeFlavor, RuntimeMetrics, TryCurrentError};

use crate::task::JoinHandle;

/// See `tokio::runtime::Handle`.
#[derive(Clone, Debug)]
pub struct Handle {
    inner: tokio::runtime::Handle,
}

impl Handle {
    pub(crate) fn new(inner: tokio::runtime::Handle) -> Self {
        Handle { inner }
    }

    pub(crate) fn real(&self) -> &tokio::runtime::Handle {
        &self.inner
    }

    /// See `tokio::runtime::Handle::current`.
    ///
    /// # Panics
    /// There is no runtime around.
    #[track_caller]
    #[must_use]
    pub fn current() -> Self {
        Handle { inner: tokio::runtime::Handle::current() }
    }

    /// See `tokio::runtime::Handle::try_current`.
    ///
    /// # Errors
    /// There is no runtime around.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        tokio::runtime::Handle::try_current().map(Handle::new)
    }

    /// See `tokio::runtime::Handle::enter`.
    pub fn enter(&self) -> EnterGuard<'_> {
        self.inner.enter()
    }

    /// See `tokio::runtime::Handle::spawn`.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let future = executor::watch(future, Location::caller());
        let finish = future.finish();
        JoinHandle::new(self.inner.spawn(future), finish)
    }

    /// See `tokio::runtime::Handle::spawn_blocking`.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let job = executor::blocking(func, Location::caller());
        JoinHandle::new(self.inner.spawn_blocking(job.run), job.lane)
    }

    /// See `tokio::runtime::Handle::block_on`.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.inner.block_on(executor::watch_root(future))
    }

    /// See `tokio::runtime::Handle::runtime_flavor`.
    #[must_use]
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        self.inner.runtime_flavor()
    }

    /// See `tokio::runtime::Handle::id`.
    #[must_use]
    pub fn id(&self) -> Id {
        self.inner.id()
    }

    /// See `tokio::runtime::Handle::name`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.inner.name()
    }

    /// See `tokio::runtime::Handle::metrics`.
    #[must_use]
    pub fn metrics(&self) -> RuntimeMetrics {
        self.inner.metrics()
    }
}
