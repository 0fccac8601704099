//! `std::sync::Condvar`.

use std::fmt;
use std::panic::Location;
use std::sync::{LockResult, PoisonError};
use std::time::{Duration, Instant};

use super::mutex::MutexGuard;
use crate::raw::RawCondvar;

/// See `std::sync::Condvar`. Waiters are woken in the order in which they came, and never without a reason.
pub struct Condvar {
    raw: RawCondvar,
}

/// See `std::sync::WaitTimeoutResult`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// See `std::sync::WaitTimeoutResult::timed_out`.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// See `std::sync::Condvar::new`.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        Condvar { raw: RawCondvar::new(Some(Location::caller())) }
    }

    /// See `std::sync::Condvar::wait`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_until(guard, None, "Condvar::wait", Location::caller()).0
    }

    /// See `std::sync::Condvar::wait_while`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, mut guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        while condition(&mut *guard) {
            guard = self.wait_until(guard, None, "Condvar::wait_while", at).0?;
        }
        Ok(guard)
    }

    /// See `std::sync::Condvar::wait_timeout`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        self.wait_for(guard, dur, "Condvar::wait_timeout", Location::caller())
    }

    /// See `std::sync::Condvar::wait_timeout_ms`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[deprecated(note = "replaced by `std::sync::Condvar::wait_timeout`")]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T>(&self, guard: MutexGuard<'a, T>, ms: u32) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let dur = Duration::from_millis(u64::from(ms));
        match self.wait_for(guard, dur, "Condvar::wait_timeout_ms", Location::caller()) {
            Ok((guard, result)) => Ok((guard, !result.timed_out())),
            Err(poison) => {
                let (guard, result) = poison.into_inner();
                Err(PoisonError::new((guard, !result.timed_out())))
            }
        }
    }

    /// See `std::sync::Condvar::wait_timeout_while`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        dur: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let start = Instant::now();
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let Some(left) = dur.checked_sub(start.elapsed()) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            guard = self.wait_for(guard, left, "Condvar::wait_timeout_while", at)?.0;
        }
    }

    /// See `std::sync::Condvar::notify_one`.
    #[track_caller]
    pub fn notify_one(&self) {
        self.raw.notify_one(Location::caller());
    }

    /// See `std::sync::Condvar::notify_all`.
    #[track_caller]
    pub fn notify_all(&self) {
        self.raw.notify_all(Location::caller());
    }

    fn wait_for<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        dur: Duration,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        // A deadline beyond what the clock can express never comes.
        let (result, notified) = self.wait_until(guard, Instant::now().checked_add(dur), call, at);
        let timed_out = WaitTimeoutResult(!notified);
        result.map(|guard| (guard, timed_out)).map_err(|poison| PoisonError::new((poison.into_inner(), timed_out)))
    }

    fn wait_until<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> (LockResult<MutexGuard<'a, T>>, bool) {
        let mutex = guard.suspend();
        let notified = self.raw.wait(&mutex.raw, deadline, call, at);
        (mutex.guard(), notified)
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
