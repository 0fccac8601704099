//! `tokio::runtime`, observed.

mod builder;
mod handle;

use std::io;
use std::panic::Location;
use std::time::Duration;

use kata_real::executor;

pub use builder::Builder;
pub use handle::Handle;
pub use tokio::runtime::{EnterGuard, Id, RuntimeFlavor, RuntimeMetrics, TryCurrentError, is_rt_shutdown_err};

use crate::task::JoinHandle;

/// See `tokio::runtime::LocalRuntime`. It is not observed, so that it is not offered.
#[deprecated(note = "kata: the checker cannot observe a LocalRuntime; use a current_thread Runtime with a LocalSet")]
#[derive(Debug)]
pub enum LocalRuntime {}

/// See `tokio::runtime::Runtime`.
#[derive(Debug)]
pub struct Runtime {
    // Empty only while the runtime shuts down.
    inner: Option<tokio::runtime::Runtime>,
    handle: Handle,
    built: &'static Location<'static>,
}

impl Runtime {
    /// See `tokio::runtime::Runtime::new`.
    ///
    /// # Errors
    /// The system has no thread or descriptor left.
    #[track_caller]
    pub fn new() -> io::Result<Runtime> {
        Builder::new_multi_thread().enable_all().build()
    }

    fn wrap(inner: tokio::runtime::Runtime, built: &'static Location<'static>) -> Self {
        Runtime { handle: Handle::new(inner.handle().clone()), inner: Some(inner), built }
    }

    fn real(&self) -> &tokio::runtime::Runtime {
        self.inner.as_ref().expect("a runtime is whole until it is dropped")
    }

    /// See `tokio::runtime::Runtime::handle`.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// See `tokio::runtime::Runtime::spawn`.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }

    /// See `tokio::runtime::Runtime::spawn_blocking`.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(func)
    }

    /// See `tokio::runtime::Runtime::block_on`.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.real().block_on(executor::watch_root(future))
    }

    /// See `tokio::runtime::Runtime::enter`.
    pub fn enter(&self) -> EnterGuard<'_> {
        self.real().enter()
    }

    /// See `tokio::runtime::Runtime::shutdown_timeout`.
    pub fn shutdown_timeout(mut self, duration: Duration) {
        if let Some(inner) = self.inner.take() {
            inner.shutdown_timeout(duration);
        }
    }

    /// See `tokio::runtime::Runtime::shutdown_background`.
    pub fn shutdown_background(mut self) {
        if let Some(inner) = self.inner.take() {
            inner.shutdown_background();
        }
    }

    /// See `tokio::runtime::Runtime::metrics`.
    #[must_use]
    pub fn metrics(&self) -> RuntimeMetrics {
        self.real().metrics()
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(inner) = self.inner.take() {
            // It waits for closures on the blocking pool.
            executor::shut_down(|| drop(inner), self.built);
        }
    }
}
