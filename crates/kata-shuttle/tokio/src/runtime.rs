//! `tokio::runtime` in this world.

mod builder;
mod handle;
mod scheduler;

use std::cell::Cell;
use std::io;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::time::Duration;

pub use crate::unmodelled::rest::metrics::RuntimeMetrics;
pub use crate::unmodelled::rest::runtime::{LocalOptions, LocalRuntime};
pub use builder::Builder;
pub use handle::{EnterGuard, Handle, RuntimeFlavor, TryCurrentError};
pub(crate) use scheduler::{Flag, Scheduler};

use crate::context;
use crate::coroutine::coroutine_safe;
use crate::task::JoinHandle;
use crate::task::job::Place;

/// `tokio::runtime::Runtime` in this world.
#[derive(Debug)]
pub struct Runtime {
    handle: Handle,
    built: Place,
    /// How long it waits, when it is dropped, for closures on the blocking pool.
    patience: Cell<Option<Duration>>,
}

coroutine_safe! {
    unsafe impl [] Sync for Runtime;
}
impl UnwindSafe for Runtime {}
impl RefUnwindSafe for Runtime {}

impl Runtime {
    /// A runtime with several workers.
    ///
    /// # Errors
    ///
    /// None here.
    #[track_caller]
    pub fn new() -> io::Result<Runtime> {
        Builder::new_multi_thread().enable_all().build()
    }

    fn of(handle: Handle, built: Place) -> Self {
        Runtime { handle, built, patience: Cell::new(None) }
    }

    /// A handle of the runtime.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Starts a task.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.handle.spawn(future)
    }

    /// Starts a closure on the blocking pool.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.handle.spawn_blocking(func)
    }

    /// Runs a future to its end, and on a `current_thread` runtime the tasks meanwhile.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let at = Location::caller();
        self.handle.scheduler().block_on(&self.handle, true, at, future)
    }

    /// Enters the runtime's context.
    pub fn enter(&self) -> EnterGuard<'_> {
        self.handle.enter()
    }

    /// Drops the runtime; waits at most so long for closures on the blocking pool.
    pub fn shutdown_timeout(self, duration: Duration) {
        self.patience.set(Some(duration));
    }

    /// Drops the runtime without waiting for closures on the blocking pool.
    pub fn shutdown_background(self) {
        self.shutdown_timeout(Duration::ZERO);
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let waits = self.patience.get() != Some(Duration::ZERO);
        assert!(
            !(waits && context::is_polling()) || kata_shuttle::thread::panicking(),
            "Cannot drop a runtime in a context where blocking is not allowed. This happens when a runtime is dropped \
             from within an asynchronous context."
        );
        self.handle.scheduler().shut_down(self.patience.get(), self.built);
    }
}
