//! `tokio::runtime::Handle`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::Scheduler;
use crate::context::{self, Entered, Frame};
use crate::coroutine::Shared;
use crate::driver::Clock;
use crate::task::JoinHandle;
use crate::task::job::{self, Home, Place};

/// `tokio::runtime::RuntimeFlavor` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuntimeFlavor {
    /// One thread.
    CurrentThread,
    /// Several workers.
    MultiThread,
}

/// `tokio::runtime::TryCurrentError` in this world.
#[derive(Debug)]
pub struct TryCurrentError(());

impl TryCurrentError {
    /// Whether there is no runtime around: the only reason here.
    #[must_use]
    pub fn is_missing_context(&self) -> bool {
        true
    }

    /// Never, here.
    #[must_use]
    pub fn is_thread_local_destroyed(&self) -> bool {
        false
    }
}

/// What tokio says where there is no runtime.
pub(crate) const MISSING: &str = "there is no reactor running, must be called from the context of a Tokio 1.x runtime";

impl fmt::Display for TryCurrentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MISSING)
    }
}

impl std::error::Error for TryCurrentError {}

/// `tokio::runtime::Handle` in this world.
#[derive(Clone)]
pub struct Handle(Shared<Scheduler>);

impl UnwindSafe for Handle {}
impl RefUnwindSafe for Handle {}

/// `tokio::runtime::EnterGuard` in this world.
#[must_use = "Creating and dropping a guard does nothing"]
pub struct EnterGuard<'a> {
    _entered: Entered,
    _handle: PhantomData<&'a Handle>,
}

impl Handle {
    pub(super) fn new(scheduler: Shared<Scheduler>) -> Self {
        Handle(scheduler)
    }

    pub(crate) fn scheduler(&self) -> &Shared<Scheduler> {
        &self.0
    }

    pub(crate) fn clock(&self) -> Shared<Clock> {
        self.0.clock()
    }

    /// The runtime that is around.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    #[must_use]
    pub fn current() -> Self {
        match Handle::try_current() {
            Ok(handle) => handle,
            Err(error) => panic!("{error}"),
        }
    }

    /// The runtime that is around.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_current() -> Result<Self, TryCurrentError> {
        context::handle().ok_or(TryCurrentError(()))
    }

    /// Enters the runtime's context.
    pub fn enter(&self) -> EnterGuard<'_> {
        let entered = context::enter(Frame { handle: Some(self.clone()), ..Frame::default() });
        EnterGuard { _entered: entered, _handle: PhantomData }
    }

    /// Starts a task.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(Location::caller(), future)
    }

    pub(crate) fn spawn_at<F>(&self, at: Place, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let home = match self.0.executor() {
            Some(executor) => Home::Executor(executor.clone()),
            None => Home::Workers(self.0.clone()),
        };
        JoinHandle::new(job::spawn(home, Some(self.clone()), at, future))
    }

    /// Starts a closure on the blocking pool.
    #[track_caller]
    pub fn spawn_blocking<F, R>(&self, func: F) -> JoinHandle<R>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        JoinHandle::new(job::spawn_blocking(self, Location::caller(), func))
    }

    /// Runs a future to its end. It does not poll the tasks of a `current_thread` runtime.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(self, false, Location::caller(), future)
    }

    /// The runtime's flavor.
    #[must_use]
    pub fn runtime_flavor(&self) -> RuntimeFlavor {
        self.0.flavor()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("flavor", &self.runtime_flavor()).finish_non_exhaustive()
    }
}

impl fmt::Debug for EnterGuard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnterGuard").finish_non_exhaustive()
    }
}
