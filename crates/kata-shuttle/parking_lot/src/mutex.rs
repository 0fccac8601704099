//! `parking_lot::Mutex`.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

use kata_shuttle::Scalar;
use kata_shuttle::sync::raw::RawMutex;
use kata_shuttle::time::{self, Instant};

use crate::guarded::{Guarded, Place, Release, coroutine_safe, debug, guard};

/// `parking_lot::Mutex` in this world.
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    value: Guarded<T>,
}

/// `parking_lot::MutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    before: Scalar,
    wrote: Option<Place>,
    _not_send: PhantomData<*const ()>,
}

/// `parking_lot::MappedMutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    part: *mut T,
    wrote: Option<Place>,
    release: Release<'a>,
    _borrow: PhantomData<(*const (), &'a mut T)>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for Mutex<T>;
    unsafe impl [T: ?Sized + Send] Sync for Mutex<T>;
    unsafe impl [T: ?Sized + Sync] Sync for MutexGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for MappedMutexGuard<'_, T>;
}

guard!(MutexGuard: |guard| guard.mutex.value.pointer(), writes wrote);
guard!(MappedMutexGuard: |guard| guard.part, writes wrote);

/// `parking_lot::const_mutex`.
#[track_caller]
pub const fn const_mutex<T>(value: T) -> Mutex<T> {
    Mutex::new(value)
}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Mutex { raw: RawMutex::new(), value: Guarded::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, before: self.value.scalar(), wrote: None, _not_send: PhantomData }
    }

    fn unlock(&self, before: Scalar, wrote: Option<Place>) {
        self.value.shown(|shown| self.raw.unlock(shown, before, wrote));
    }

    /// Waits for the mutex and locks it.
    #[track_caller]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.lock_at(Location::caller());
        self.guard()
    }

    fn lock_at(&self, at: Place) {
        self.value.shown(|shown| self.raw.lock(shown, None, at));
    }

    /// Locks the mutex if it is free.
    #[track_caller]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let at = Location::caller();
        self.value.shown(|shown| self.raw.try_lock(shown, at)).then(|| self.guard())
    }

    /// Waits at most `limit` for the mutex.
    #[track_caller]
    pub fn try_lock_for(&self, limit: Duration) -> Option<MutexGuard<'_, T>> {
        self.lock_by(time::deadline(limit), Location::caller())
    }

    /// Waits for the mutex until `limit` at most.
    #[track_caller]
    pub fn try_lock_until(&self, limit: Instant) -> Option<MutexGuard<'_, T>> {
        self.lock_by(limit.deadline(), Location::caller())
    }

    fn lock_by(&self, deadline: Duration, at: Place) -> Option<MutexGuard<'_, T>> {
        self.value.shown(|shown| self.raw.lock(shown, Some(deadline), at)).then(|| self.guard())
    }

    /// Whether somebody holds it.
    #[track_caller]
    pub fn is_locked(&self) -> bool {
        let at = Location::caller();
        self.value.shown(|shown| self.raw.is_locked(shown, at))
    }

    /// The value, without locking: the exclusive borrow proves that nobody else has it.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex of a guard.
    pub fn mutex(guard: &Self) -> &'a Mutex<T> {
        guard.mutex
    }

    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(guard: Self, part: F) -> MappedMutexGuard<'a, U> {
        match Self::try_map(guard, |value| Some(part(value))) {
            Ok(mapped) => mapped,
            Err(_) => unreachable!("there is a part"),
        }
    }

    /// A guard of a part of the value, if there is one.
    ///
    /// # Errors
    ///
    /// The guard.
    pub fn try_map<U: ?Sized, F: FnOnce(&mut T) -> Option<&mut U>>(
        guard: Self,
        part: F,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        // SAFETY: the guard's thread holds the lock, and the guard is not used while the part is borrowed.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        let Some(part) = part(unsafe { &mut *guard.mutex.value.pointer() }) else { return Err(guard) };
        let part = std::ptr::from_mut(part);
        let (mutex, before, wrote) = (guard.mutex, guard.before, guard.wrote);
        std::mem::forget(guard);
        let release = Release::new(move |later: Option<Place>| mutex.unlock(before, later.or(wrote)));
        Ok(MappedMutexGuard { part, wrote: None, release, _borrow: PhantomData })
    }

    /// Unlocks the mutex while `f` runs.
    #[track_caller]
    pub fn unlocked<U, F: FnOnce() -> U>(guard: &mut Self, f: F) -> U {
        struct Relock<'a, 'b, T: ?Sized>(&'a mut MutexGuard<'b, T>, Place);
        impl<T: ?Sized> Drop for Relock<'_, '_, T> {
            fn drop(&mut self) {
                self.0.acquire(self.1);
            }
        }
        guard.release();
        let _relock = Relock(guard, Location::caller());
        f()
    }

    /// See [`MutexGuard::unlocked`].
    #[track_caller]
    pub fn unlocked_fair<U, F: FnOnce() -> U>(guard: &mut Self, f: F) -> U {
        Self::unlocked(guard, f)
    }

    /// Unlocks the mutex; who gets it is explored either way.
    pub fn unlock_fair(guard: Self) {
        drop(guard);
    }

    /// Unlocks the mutex for those who wait, and waits for it again.
    #[track_caller]
    pub fn bump(guard: &mut Self) {
        Self::unlocked(guard, || ());
    }

    /// Gives up the lock for a while: [`MutexGuard::acquire`] must follow before the value is used.
    pub(crate) fn release(&mut self) {
        self.mutex.unlock(self.before, self.wrote.take());
    }

    pub(crate) fn acquire(&mut self, at: Place) {
        self.mutex.lock_at(at);
        self.before = self.mutex.value.scalar();
    }
}

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    /// A guard of a part of the part.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(guard: Self, part: F) -> MappedMutexGuard<'a, U> {
        match Self::try_map(guard, |value| Some(part(value))) {
            Ok(mapped) => mapped,
            Err(_) => unreachable!("there is a part"),
        }
    }

    /// A guard of a part of the part, if there is one.
    ///
    /// # Errors
    ///
    /// The guard.
    pub fn try_map<U: ?Sized, F: FnOnce(&mut T) -> Option<&mut U>>(
        mut guard: Self,
        part: F,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        // SAFETY: the guard's thread holds the lock, and the guard is not used while the part is borrowed.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        let Some(part) = part(unsafe { &mut *guard.part }) else { return Err(guard) };
        let part = std::ptr::from_mut(part);
        let mut release = std::mem::replace(&mut guard.release, Release::nothing());
        let wrote = guard.wrote;
        let release = Release::new(move |later: Option<Place>| release.now(later.or(wrote)));
        Ok(MappedMutexGuard { part, wrote: None, release, _borrow: PhantomData })
    }

    /// Unlocks the mutex; who gets it is explored either way.
    pub fn unlock_fair(guard: Self) {
        drop(guard);
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        self.release();
    }
}

impl<T: ?Sized> Drop for MappedMutexGuard<'_, T> {
    fn drop(&mut self) {
        self.release.now(self.wrote);
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug("Mutex", self.try_lock().as_deref(), f)
    }
}

impl<T: Default> Default for Mutex<T> {
    #[track_caller]
    fn default() -> Self {
        Mutex::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Mutex::new(value)
    }
}
