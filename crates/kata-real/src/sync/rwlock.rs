//! `std::sync::RwLock`.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use crate::raw::RawLock;

/// See `std::sync::RwLock`. As in std's futex implementation, a reader does not pass a writer that waits.
pub struct RwLock<T: ?Sized> {
    raw: RawLock,
    data: std::sync::RwLock<T>,
}

/// See `std::sync::RwLockReadGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized + 'a> {
    lock: &'a RwLock<T>,
    data: ManuallyDrop<std::sync::RwLockReadGuard<'a, T>>,
}

/// See `std::sync::RwLockWriteGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized + 'a> {
    lock: &'a RwLock<T>,
    data: ManuallyDrop<std::sync::RwLockWriteGuard<'a, T>>,
}

impl<T> RwLock<T> {
    /// See `std::sync::RwLock::new`.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        RwLock { raw: RawLock::rwlock(Some(Location::caller())), data: std::sync::RwLock::new(value) }
    }

    /// See `std::sync::RwLock::into_inner`.
    ///
    /// # Errors
    /// The lock is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        self.data.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    /// See `std::sync::RwLock::read`.
    ///
    /// # Errors
    /// The lock is poisoned.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        self.raw.lock(true, "RwLock::read", Location::caller());
        self.reader()
    }

    /// See `std::sync::RwLock::try_read`.
    ///
    /// # Errors
    /// The lock is held exclusively, or poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        if self.raw.try_lock(true, "RwLock::try_read", Location::caller()) {
            Ok(self.reader()?)
        } else {
            Err(TryLockError::WouldBlock)
        }
    }

    /// See `std::sync::RwLock::write`.
    ///
    /// # Errors
    /// The lock is poisoned.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        self.raw.lock(false, "RwLock::write", Location::caller());
        self.writer()
    }

    /// See `std::sync::RwLock::try_write`.
    ///
    /// # Errors
    /// The lock is held, or poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        if self.raw.try_lock(false, "RwLock::try_write", Location::caller()) {
            Ok(self.writer()?)
        } else {
            Err(TryLockError::WouldBlock)
        }
    }

    /// See `std::sync::RwLock::is_poisoned`.
    pub fn is_poisoned(&self) -> bool {
        self.data.is_poisoned()
    }

    /// See `std::sync::RwLock::clear_poison`.
    pub fn clear_poison(&self) {
        self.data.clear_poison();
    }

    /// See `std::sync::RwLock::get_mut`.
    ///
    /// # Errors
    /// The lock is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        self.data.get_mut()
    }

    fn reader(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let wrap = |data| RwLockReadGuard { lock: self, data: ManuallyDrop::new(data) };
        self.data.read().map(wrap).map_err(|poison| PoisonError::new(wrap(poison.into_inner())))
    }

    fn writer(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let wrap = |data| RwLockWriteGuard { lock: self, data: ManuallyDrop::new(data) };
        self.data.write().map(wrap).map_err(|poison| PoisonError::new(wrap(poison.into_inner())))
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// See `std::sync::RwLockWriteGuard::downgrade`.
    #[track_caller]
    pub fn downgrade(s: Self) -> RwLockReadGuard<'a, T> {
        let at = Location::caller();
        let mut s = ManuallyDrop::new(s);
        let lock = s.lock;
        let data = std::sync::RwLockWriteGuard::downgrade(take_data(&mut s.data));
        lock.raw.downgrade(at);
        RwLockReadGuard { lock, data: ManuallyDrop::new(data) }
    }
}

#[allow(unsafe_code, reason = "the data's guard must go before the lock does, inside a `Drop`")]
fn take_data<G>(data: &mut ManuallyDrop<G>) -> G {
    // SAFETY: every caller gives its guard up right after and never touches the data again.
    unsafe { ManuallyDrop::take(data) }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        drop(take_data(&mut self.data));
        self.lock.raw.unlock(true);
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        drop(take_data(&mut self.data));
        self.lock.raw.unlock(false);
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.data
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.data
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for RwLockWriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.data.fmt(f)
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}
