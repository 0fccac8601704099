//! `std::sync::Mutex`.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use crate::raw::RawLock;

/// See `std::sync::Mutex`.
///
/// The data and the poison are kept by one of std's, which is never contended: who gets in is decided by the monitor.
pub struct Mutex<T: ?Sized> {
    pub(super) raw: RawLock,
    pub(super) data: std::sync::Mutex<T>,
}

/// See `std::sync::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized + 'a> {
    pub(super) mutex: &'a Mutex<T>,
    data: ManuallyDrop<std::sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    /// See `std::sync::Mutex::new`.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Mutex { raw: RawLock::mutex(Some(Location::caller())), data: std::sync::Mutex::new(value) }
    }

    /// See `std::sync::Mutex::into_inner`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// See `std::sync::Mutex::lock`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.raw.lock(false, "Mutex::lock", Location::caller());
        self.guard()
    }

    /// See `std::sync::Mutex::try_lock`.
    ///
    /// # Errors
    /// The mutex is locked, or poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        if self.raw.try_lock(false, "Mutex::try_lock", Location::caller()) {
            Ok(self.guard()?)
        } else {
            Err(TryLockError::WouldBlock)
        }
    }

    /// See `std::sync::Mutex::is_poisoned`.
    pub fn is_poisoned(&self) -> bool {
        self.data.is_poisoned()
    }

    /// See `std::sync::Mutex::clear_poison`.
    pub fn clear_poison(&self) {
        self.data.clear_poison();
    }

    /// See `std::sync::Mutex::get_mut`.
    ///
    /// # Errors
    /// The mutex is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.data.get_mut()
    }

    /// The guard of a mutex that the monitor has given to this thread.
    pub(super) fn guard(&self) -> LockResult<MutexGuard<'_, T>> {
        let wrap = |data| MutexGuard { mutex: self, data: ManuallyDrop::new(data) };
        self.data.lock().map(wrap).map_err(|poison| PoisonError::new(wrap(poison.into_inner())))
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Gives the data up while the monitor still counts the lock as taken, for a wait on a condition variable.
    pub(super) fn suspend(mut self) -> &'a Mutex<T> {
        let mutex = self.mutex;
        drop_data(&mut self.data);
        std::mem::forget(self);
        mutex
    }
}

#[allow(unsafe_code, reason = "the data's guard must go before the lock does, inside a `Drop`")]
fn drop_data<G>(data: &mut ManuallyDrop<G>) {
    // SAFETY: both callers give the guard up right after and never touch the data again.
    unsafe { ManuallyDrop::drop(data) }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        drop_data(&mut self.data);
        self.mutex.raw.unlock(false);
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.data
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The data is free exactly when the lock is, and looking must not appear in the log.
        self.data.fmt(f)
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}
