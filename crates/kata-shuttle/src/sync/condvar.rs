//! `std::sync::Condvar`.

use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use crate::kernel::{self, Place};
use crate::sync::MutexGuard;
use crate::sync::raw::RawCondvar;

/// `std::sync::WaitTimeoutResult` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait ended because its time limit passed.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

/// `std::sync::Condvar` in this world.
pub struct Condvar {
    raw: RawCondvar,
}

impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

impl Condvar {
    /// A condition variable on which nobody waits.
    #[track_caller]
    pub const fn new() -> Self {
        Condvar { raw: RawCondvar::new() }
    }

    /// Releases the mutex, waits for a notification or for nothing at all, and locks the mutex again.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when it is locked again.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_at(guard, None, Location::caller()).0
    }

    /// Waits while `condition` holds.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let mut guard = guard;
        while condition(&mut *guard) {
            guard = self.wait_at(guard, None, at).0?;
        }
        Ok(guard)
    }

    /// Waits at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, timed_out) = self.wait_at(guard, Some(limit), Location::caller());
        pair(guard, timed_out)
    }

    /// Waits at most `limit`, in milliseconds; `false` if it passed.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let (guard, timed_out) = self.wait_at(guard, Some(Duration::from_millis(u64::from(limit))), Location::caller());
        match guard {
            Ok(guard) => Ok((guard, !timed_out)),
            Err(error) => Err(PoisonError::new((error.into_inner(), !timed_out))),
        }
    }

    /// Waits while `condition` holds, at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let deadline = kernel::with(|kernel| kernel.now()).saturating_add(limit);
        let mut guard = guard;
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let left = deadline.saturating_sub(kernel::with(|kernel| kernel.now()));
            if left.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = pair(self.wait_at(guard, Some(left), at).0, false)?.0;
        }
    }

    fn wait_at<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
        at: Place,
    ) -> (LockResult<MutexGuard<'a, T>>, bool) {
        let mut mutex = None;
        let timed_out = self.raw.wait(limit, true, at, || mutex = Some(guard.release()));
        let mutex = mutex.expect("a wait releases the mutex");
        (mutex.lock_at(at), timed_out)
    }

    /// Wakes one waiter, if there is one.
    #[track_caller]
    pub fn notify_one(&self) {
        self.raw.notify_one(Location::caller());
    }

    /// Wakes every waiter.
    #[track_caller]
    pub fn notify_all(&self) {
        self.raw.notify_all(Location::caller());
    }
}

fn pair<T>(
    guard: LockResult<MutexGuard<'_, T>>,
    timed_out: bool,
) -> LockResult<(MutexGuard<'_, T>, WaitTimeoutResult)> {
    let result = WaitTimeoutResult(timed_out);
    match guard {
        Ok(guard) => Ok((guard, result)),
        Err(error) => Err(PoisonError::new((error.into_inner(), result))),
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
