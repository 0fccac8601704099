//! `std::sync::RwLock`.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, TryLockError, TryLockResult};

use kata::Scalar;

use crate::kernel::Place;
use crate::object::Entered;
use crate::sync::coroutine_safe;
use crate::sync::mutex::poison;
use crate::sync::raw::{Hold, Memory, RawRwLock, Shown};
use crate::thread::panicking;

/// `std::sync::RwLock` in this world.
pub struct RwLock<T: ?Sized> {
    raw: RawRwLock,
    poisoned: Cell<bool>,
    memory: Memory,
    value: UnsafeCell<T>,
}

/// `std::sync::RwLockReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    _not_send: PhantomData<*const ()>,
}

/// `std::sync::RwLockWriteGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    before: Scalar,
    wrote: Option<Place>,
    panicking: bool,
    _not_send: PhantomData<*const ()>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for RwLock<T>;
    unsafe impl [T: ?Sized + Send + Sync] Sync for RwLock<T>;
    unsafe impl [T: ?Sized + Sync] Sync for RwLockReadGuard<'_, T>;
    unsafe impl [T: ?Sized + Sync] Sync for RwLockWriteGuard<'_, T>;
}
impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

impl<T> RwLock<T> {
    /// An unlocked lock.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        RwLock {
            raw: RawRwLock::new(),
            poisoned: Cell::new(false),
            memory: Memory::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        let poisoned = self.poisoned.get();
        poison(poisoned, self.value.into_inner())
    }
}

impl<T: ?Sized> RwLock<T> {
    fn with_shown<R>(&self, f: impl FnOnce(&Shown<'_>) -> R) -> R {
        f(&Shown {
            enter: &|entered| {
                if entered == Entered::LeftOver {
                    self.poisoned.set(false);
                }
                self.memory.apply(entered, self.value.get());
            },
            value: &|| self.scalar(),
        })
    }

    fn scalar(&self) -> Scalar {
        // SAFETY: called by a thread that holds the lock, while no guard's mutable borrow of the value is in use.
        #[allow(unsafe_code, reason = "reads the protected value")]
        Scalar::of(unsafe { &*self.value.get() })
    }

    fn read_guard(&self) -> RwLockReadGuard<'_, T> {
        RwLockReadGuard { lock: self, _not_send: PhantomData }
    }

    fn write_guard(&self) -> RwLockWriteGuard<'_, T> {
        RwLockWriteGuard {
            lock: self,
            before: self.scalar(),
            wrote: None,
            panicking: panicking(),
            _not_send: PhantomData,
        }
    }

    /// Waits until no writer holds the lock and takes it shared.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        let at = Location::caller();
        self.with_shown(|shown| self.raw.lock(Hold::Shared, shown, None, at));
        poison(self.poisoned.get(), self.read_guard())
    }

    /// Waits until nobody holds the lock and takes it exclusively.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        self.with_shown(|shown| self.raw.lock(Hold::Exclusive, shown, None, at));
        poison(self.poisoned.get(), self.write_guard())
    }

    /// Takes the lock shared if no writer holds it.
    ///
    /// # Errors
    ///
    /// If the lock is held by a writer or poisoned.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let at = Location::caller();
        if !self.with_shown(|shown| self.raw.try_lock(Hold::Shared, shown, at)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(poison(self.poisoned.get(), self.read_guard())?)
    }

    /// Takes the lock exclusively if nobody holds it.
    ///
    /// # Errors
    ///
    /// If the lock is held or poisoned.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let at = Location::caller();
        if !self.with_shown(|shown| self.raw.try_lock(Hold::Exclusive, shown, at)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(poison(self.poisoned.get(), self.write_guard())?)
    }

    /// Whether a thread panicked while it held the lock exclusively.
    #[track_caller]
    pub fn is_poisoned(&self) -> bool {
        let at = Location::caller();
        self.with_shown(|shown| self.raw.poison_point(shown, at));
        self.poisoned.get()
    }

    /// Forgets a poisoning.
    #[track_caller]
    pub fn clear_poison(&self) {
        let at = Location::caller();
        self.with_shown(|shown| self.raw.poison_point(shown, at));
        self.poison(false);
    }

    fn poison(&self, poison: bool) {
        self.with_shown(|shown| self.raw.poison(shown, &self.poisoned, poison));
    }

    /// The value, without locking: the exclusive borrow proves that nobody else has it.
    ///
    /// # Errors
    ///
    /// If the lock is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let poisoned = self.poisoned.get();
        poison(poisoned, self.value.get_mut())
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// Turns exclusive access into shared access without letting another writer in between.
    #[track_caller]
    pub fn downgrade(this: Self) -> RwLockReadGuard<'a, T> {
        let (lock, at) = (this.lock, Location::caller());
        lock.with_shown(|shown| {
            lock.raw.downgrade((Hold::Exclusive, Hold::Shared), shown, this.before, this.wrote, at)
        });
        std::mem::forget(this);
        lock.read_guard()
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard's thread holds the lock shared.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        unsafe {
            &*self.lock.value.get()
        }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard's thread holds the lock exclusively.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        unsafe {
            &*self.lock.value.get()
        }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        self.wrote = Some(Location::caller());
        // SAFETY: the guard's thread holds the lock exclusively.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        unsafe {
            &mut *self.lock.value.get()
        }
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        let value = self.lock.scalar();
        self.lock.with_shown(|shown| self.lock.raw.unlock(Hold::Shared, shown, value, None));
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        if !self.panicking && panicking() {
            self.lock.poison(true);
        }
        self.lock.with_shown(|shown| self.lock.raw.unlock(Hold::Exclusive, shown, self.before, self.wrote));
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
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => debug.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => debug.field("data", &&**error.get_ref()),
            Err(TryLockError::WouldBlock) => debug.field("data", &format_args!("<locked>")),
        };
        debug.field("poisoned", &self.poisoned.get()).finish_non_exhaustive()
    }
}

impl<T: Default> Default for RwLock<T> {
    #[track_caller]
    fn default() -> Self {
        RwLock::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        RwLock::new(value)
    }
}
