//! `std::thread::scope`.

use std::any::Any;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::{Mutex, PoisonError};

use super::{Birth, Builder, Function, Thread, is_finished, join};
use crate::lane::LaneId;

/// See `std::thread::Scope`.
pub struct Scope<'scope, 'env: 'scope> {
    inner: &'scope std::thread::Scope<'scope, 'env>,
    lanes: Mutex<VecDeque<LaneId>>,
}

/// See `std::thread::scope`.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let at = Location::caller();
    std::thread::scope(|inner| {
        // The scope must live as long as `inner`, which is longer than this closure: a few bytes a scope are given
        // up for that.
        let scope: &Scope<'_, '_> = Box::leak(Box::new(Scope { inner, lanes: Mutex::new(VecDeque::new()) }));
        let result = catch_unwind(AssertUnwindSafe(|| f(scope)));
        // Threads of the scope may start others in it until they end.
        while let Some(lane) = scope.next_lane() {
            join(lane, "thread::scope", at);
        }
        result.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

impl<'scope> Scope<'scope, '_> {
    /// See `std::thread::Scope::spawn`.
    ///
    /// # Panics
    /// The system has no thread left.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(Builder::new(), Box::new(f), Location::caller()).expect("failed to spawn thread")
    }

    /// A thread that has not been waited for. A function of its own, so that the lock is not held during the wait.
    fn next_lane(&self) -> Option<LaneId> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    pub(super) fn start<T>(
        &'scope self,
        builder: Builder,
        f: Function<'scope, T>,
        at: &'static Location<'static>,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        T: Send + 'scope,
    {
        let birth = Birth::new(builder.name.as_deref(), at);
        let lane = birth.lane;
        let inner = builder.inner.spawn_scoped(self.inner, move || birth.live(f))?;
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner).push_back(lane);
        let thread = Thread { inner: inner.thread().clone() };
        Ok(ScopedJoinHandle { inner, lane, thread })
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// See `std::thread::ScopedJoinHandle`.
pub struct ScopedJoinHandle<'scope, T> {
    inner: std::thread::ScopedJoinHandle<'scope, T>,
    lane: LaneId,
    thread: Thread,
}

impl<T> ScopedJoinHandle<'_, T> {
    /// See `std::thread::ScopedJoinHandle::thread`.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// See `std::thread::ScopedJoinHandle::join`.
    ///
    /// # Errors
    /// The thread panicked.
    #[track_caller]
    pub fn join(self) -> Result<T, Box<dyn Any + Send + 'static>> {
        join(self.lane, "ScopedJoinHandle::join", Location::caller());
        self.inner.join()
    }

    /// See `std::thread::ScopedJoinHandle::is_finished`.
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        is_finished(self.inner.is_finished(), "ScopedJoinHandle::is_finished", Location::caller())
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
