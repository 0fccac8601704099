//! `std::sync::Mutex`.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

use kata::Scalar;

use crate::kernel::Place;
use crate::sync::coroutine_safe;
use crate::sync::raw::{Memory, RawMutex, Shown};
use crate::thread::panicking;

/// `std::sync::Mutex` in this world.
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    poisoned: Cell<bool>,
    memory: Memory,
    value: UnsafeCell<T>,
}

/// `std::sync::MutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    before: Scalar,
    wrote: Option<Place>,
    panicking: bool,
    _not_send: PhantomData<*const ()>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for Mutex<T>;
    unsafe impl [T: ?Sized + Send] Sync for Mutex<T>;
    unsafe impl [T: ?Sized + Sync] Sync for MutexGuard<'_, T>;
}
impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        Mutex { raw: RawMutex::new(), poisoned: Cell::new(false), memory: Memory::new(), value: UnsafeCell::new(value) }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned.
    pub fn into_inner(self) -> LockResult<T> {
        let poisoned = self.poisoned.get();
        poison(poisoned, self.value.into_inner())
    }
}

impl<T: ?Sized> Mutex<T> {
    fn with_shown<R>(&self, f: impl FnOnce(&Shown<'_>) -> R) -> R {
        f(&Shown {
            enter: &|entered| {
                if entered == crate::object::Entered::LeftOver {
                    self.poisoned.set(false);
                }
                self.memory.apply(entered, self.value.get());
            },
            value: &|| self.scalar(),
        })
    }

    fn scalar(&self) -> Scalar {
        // SAFETY: called by the thread that holds the lock, while no guard's borrow of the value is in use.
        #[allow(unsafe_code, reason = "reads the protected value")]
        Scalar::of(unsafe { &*self.value.get() })
    }

    fn guard(&self) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, before: self.scalar(), wrote: None, panicking: panicking(), _not_send: PhantomData }
    }

    /// Waits for the mutex and locks it.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        self.lock_at(Location::caller())
    }

    pub(crate) fn lock_at(&self, at: Place) -> LockResult<MutexGuard<'_, T>> {
        self.with_shown(|shown| self.raw.lock(shown, None, at));
        poison(self.poisoned.get(), self.guard())
    }

    /// Locks the mutex if it is free.
    ///
    /// # Errors
    ///
    /// If the mutex is locked or poisoned.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let at = Location::caller();
        if !self.with_shown(|shown| self.raw.try_lock(shown, at)) {
            return Err(TryLockError::WouldBlock);
        }
        Ok(poison(self.poisoned.get(), self.guard())?)
    }

    /// Whether a thread panicked while it held the mutex.
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
    /// If the mutex is poisoned.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        let poisoned = self.poisoned.get();
        poison(poisoned, self.value.get_mut())
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Releases the mutex without a verdict on poisoning, for a wait on a condition variable.
    pub(crate) fn release(self) -> &'a Mutex<T> {
        let mutex = self.mutex;
        mutex.with_shown(|shown| mutex.raw.unlock(shown, self.before, self.wrote));
        std::mem::forget(self);
        mutex
    }
}

/// The result for a value behind a lock that may be poisoned.
pub(crate) fn poison<T>(poisoned: bool, value: T) -> LockResult<T> {
    if poisoned { Err(PoisonError::new(value)) } else { Ok(value) }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard's thread holds the lock.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        unsafe {
            &*self.mutex.value.get()
        }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        self.wrote = Some(Location::caller());
        // SAFETY: the guard's thread holds the lock.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        unsafe {
            &mut *self.mutex.value.get()
        }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if !self.panicking && panicking() {
            self.mutex.poison(true);
        }
        self.mutex.with_shown(|shown| self.mutex.raw.unlock(shown, self.before, self.wrote));
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
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => debug.field("data", &&*guard),
            Err(TryLockError::Poisoned(error)) => debug.field("data", &&**error.get_ref()),
            Err(TryLockError::WouldBlock) => debug.field("data", &"<locked>"),
        };
        debug.field("poisoned", &self.poisoned.get()).finish_non_exhaustive()
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
