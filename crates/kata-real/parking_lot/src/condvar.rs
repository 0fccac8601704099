//! `parking_lot::Condvar`.

use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

use kata_real::raw::RawCondvar;

use crate::MutexGuard;

/// See `parking_lot::Condvar`. Waiters are woken in the order in which they came, and never without a reason.
pub struct Condvar {
    raw: RawCondvar,
}

/// See `parking_lot::WaitTimeoutResult`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// See `parking_lot::WaitTimeoutResult::timed_out`.
    #[must_use]
    pub fn timed_out(self) -> bool {
        self.0
    }
}

impl Condvar {
    /// See `parking_lot::Condvar::new`.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        Condvar { raw: RawCondvar::new(Some(Location::caller())) }
    }

    /// See `parking_lot::Condvar::notify_one`.
    #[track_caller]
    pub fn notify_one(&self) -> bool {
        self.raw.notify_one(Location::caller())
    }

    /// See `parking_lot::Condvar::notify_all`.
    #[track_caller]
    pub fn notify_all(&self) -> usize {
        self.raw.notify_all(Location::caller())
    }

    /// See `parking_lot::Condvar::wait`.
    #[track_caller]
    pub fn wait<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>) {
        self.wait_at(mutex_guard, None, "Condvar::wait", Location::caller());
    }

    /// See `parking_lot::Condvar::wait_until`.
    #[track_caller]
    pub fn wait_until<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>, timeout: Instant) -> WaitTimeoutResult {
        self.wait_at(mutex_guard, Some(timeout), "Condvar::wait_until", Location::caller())
    }

    /// See `parking_lot::Condvar::wait_for`.
    #[track_caller]
    pub fn wait_for<T: ?Sized>(&self, mutex_guard: &mut MutexGuard<'_, T>, timeout: Duration) -> WaitTimeoutResult {
        // A deadline beyond what the clock can express never comes.
        self.wait_at(mutex_guard, Instant::now().checked_add(timeout), "Condvar::wait_for", Location::caller())
    }

    /// See `parking_lot::Condvar::wait_while`.
    #[track_caller]
    pub fn wait_while<T, F>(&self, mutex_guard: &mut MutexGuard<'_, T>, mut condition: F)
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        while condition(&mut *mutex_guard) {
            self.wait_at(mutex_guard, None, "Condvar::wait_while", at);
        }
    }

    /// See `parking_lot::Condvar::wait_while_until`.
    #[track_caller]
    pub fn wait_while_until<T, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, T>,
        condition: F,
        timeout: Instant,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        self.wait_while_at(mutex_guard, condition, Some(timeout), "Condvar::wait_while_until", Location::caller())
    }

    /// See `parking_lot::Condvar::wait_while_for`.
    #[track_caller]
    pub fn wait_while_for<T, F>(
        &self,
        mutex_guard: &mut MutexGuard<'_, T>,
        condition: F,
        timeout: Duration,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let deadline = Instant::now().checked_add(timeout);
        self.wait_while_at(mutex_guard, condition, deadline, "Condvar::wait_while_for", Location::caller())
    }

    fn wait_while_at<T, F>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        mut condition: F,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> WaitTimeoutResult
    where
        T: ?Sized,
        F: FnMut(&mut T) -> bool,
    {
        let mut result = WaitTimeoutResult(false);
        while !result.timed_out() && condition(&mut *guard) {
            result = self.wait_at(guard, deadline, call, at);
        }
        WaitTimeoutResult(result.timed_out() && condition(&mut *guard))
    }

    fn wait_at<T: ?Sized>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> WaitTimeoutResult {
        // SAFETY: the lock is released and acquired again before this returns, and the guard is borrowed for as long,
        // so that nobody reaches the data through it meanwhile.
        #[allow(unsafe_code, reason = "a condition variable releases a lock behind its guard")]
        let raw = unsafe { MutexGuard::mutex(guard).raw() };
        WaitTimeoutResult(!self.raw.wait(&raw.0, deadline, call, at))
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
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
