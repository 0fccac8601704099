//! `parking_lot::Condvar`.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

use kata_shuttle::sync::raw::RawCondvar;
use kata_shuttle::time::{self, Instant};

use crate::MutexGuard;
use crate::guarded::{Place, coroutine_safe};

/// `parking_lot::WaitTimeoutResult` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait ended because its time limit passed.
    #[must_use]
    pub fn timed_out(self) -> bool {
        self.0
    }
}

/// `parking_lot::Condvar` in this world.
pub struct Condvar {
    raw: RawCondvar,
    /// The address of the mutex of those who wait.
    mutex: Cell<usize>,
}

coroutine_safe! {
    unsafe impl [] Sync for Condvar;
}
impl std::panic::RefUnwindSafe for Condvar {}

impl Condvar {
    /// A condition variable on which nobody waits.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        Condvar { raw: RawCondvar::new(), mutex: Cell::new(0) }
    }

    /// Wakes one waiter. Returns whether there was one.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.raw.notify_one(Location::caller())
    }

    /// Wakes every waiter. Returns how many there were.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.raw.notify_all(Location::caller())
    }

    /// Releases the mutex, waits for a notification, and locks the mutex again.
    ///
    /// # Panics
    ///
    /// If somebody waits with another mutex.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>) {
        self.wait_by(guard, None, Location::caller());
    }

    /// Waits until `limit` at most.
    ///
    /// # Panics
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, limit: Instant) -> WaitTimeoutResult {
        self.wait_by(guard, Some(limit.deadline()), Location::caller())
    }

    /// Waits at most `limit`.
    ///
    /// # Panics
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_for<T: ?Sized>(&self, guard: &mut MutexGuard<'_, T>, limit: Duration) -> WaitTimeoutResult {
        self.wait_by(guard, Some(time::deadline(limit)), Location::caller())
    }

    /// Waits while `condition` holds.
    ///
    /// # Panics
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_while<T, F>(&self, guard: &mut MutexGuard<'_, T>, condition: F)
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        self.wait_while_by(guard, condition, None, Location::caller());
    }

    /// Waits while `condition` holds, until `limit` at most.
    ///
    /// # Panics
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_while_until<T, F>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: F,
        limit: Instant,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        self.wait_while_by(guard, condition, Some(limit.deadline()), Location::caller())
    }

    /// Waits while `condition` holds, at most `limit`.
    ///
    /// # Panics
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_while_for<T, F>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        condition: F,
        limit: Duration,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        self.wait_while_by(guard, condition, Some(time::deadline(limit)), Location::caller())
    }

    #[track_caller]
    fn wait_while_by<T, F>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: F,
        deadline: Option<Duration>,
        at: Place,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let mut result = WaitTimeoutResult(false);
        while !result.timed_out() && condition(&mut *guard) {
            result = self.wait_by(guard, deadline, at);
        }
        result
    }

    #[track_caller]
    fn wait_by<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        deadline: Option<Duration>,
        at: Place,
    ) -> WaitTimeoutResult {
        let mutex = std::ptr::from_ref(MutexGuard::mutex(guard)).addr();
        let alone = self.raw.waiting() == 0 || self.mutex.get() == mutex;
        assert!(alone, "attempted to use a condition variable with more than one mutex");
        self.mutex.set(mutex);
        let limit = deadline.map(|deadline| deadline.saturating_sub(time::deadline(Duration::ZERO)));
        let timed_out = self.raw.wait(limit, false, at, || guard.release());
        guard.acquire(at);
        WaitTimeoutResult(timed_out)
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad("Condvar { .. }")
    }
}
