//! `tokio::sync::Mutex`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use kata::Scalar;
use kata_shuttle::sync::raw::Memory;
use kata_trace::{ObjectKind, Op};

use super::TryLockError;
use super::permits::Permits;
use super::primitive::{Place, block_on, failed_lock, here};
use crate::coroutine::coroutine_safe;

/// `tokio::sync::Mutex` in this world.
pub struct Mutex<T: ?Sized> {
    permits: Permits,
    memory: Memory,
    value: UnsafeCell<T>,
}

/// `tokio::sync::MutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    before: Scalar,
    wrote: Option<Place>,
}

/// `tokio::sync::OwnedMutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedMutexGuard<T: ?Sized> {
    mutex: Arc<Mutex<T>>,
    before: Scalar,
    wrote: Option<Place>,
}

/// `tokio::sync::MappedMutexGuard` in this world.
#[must_use = "if unused the Mutex will immediately unlock"]
#[clippy::has_significant_drop]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    permits: &'a Permits,
    part: &'a mut T,
    wrote: Option<Place>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for Mutex<T>;
    unsafe impl [T: ?Sized + Send] Sync for Mutex<T>;
    unsafe impl [T: ?Sized + Send + Sync] Sync for MutexGuard<'_, T>;
    unsafe impl [T: ?Sized + Send + Sync] Sync for OwnedMutexGuard<T>;
}

impl<T> Mutex<T> {
    /// An unlocked mutex.
    #[track_caller]
    pub fn new(t: T) -> Self {
        Self::const_new(t)
    }

    /// An unlocked mutex.
    #[track_caller]
    pub const fn const_new(t: T) -> Self {
        Mutex { permits: Permits::new(ObjectKind::Mutex, 1), memory: Memory::new(), value: UnsafeCell::new(t) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    fn enter(&self) {
        let (_, entered) = self.permits.primitive().enter();
        self.memory.apply(entered, self.value.get());
    }

    fn scalar(&self) -> Scalar {
        // SAFETY: called by a task that holds the lock, while no mutable borrow of the value is in use.
        #[allow(unsafe_code, reason = "reads the protected value")]
        Scalar::of(unsafe { &*self.value.get() })
    }

    async fn acquire(&self, at: Place) -> Scalar {
        self.enter();
        let acquired = self.permits.acquire(1, Op::Lock, at, || self.scalar()).await;
        acquired.expect("the semaphore of a mutex is never closed");
        self.scalar()
    }

    fn try_acquire(&self, at: Place) -> Result<Scalar, TryLockError> {
        self.enter();
        match self.permits.try_acquire(1, Op::TryLock, at, || self.scalar()) {
            Ok(()) => Ok(self.scalar()),
            Err(_) => Err(failed_lock()),
        }
    }

    fn release(&self, before: Scalar, wrote: Option<Place>) {
        self.permits.release(1, Op::Unlock, wrote, || Some((before, self.scalar())));
    }

    /// Waits for the lock. Who waits first gets it first.
    #[track_caller]
    pub fn lock(&self) -> impl Future<Output = MutexGuard<'_, T>> {
        let at = here();
        async move { MutexGuard { mutex: self, before: self.acquire(at).await, wrote: None } }
    }

    /// Waits for the lock.
    #[track_caller]
    pub fn lock_owned(self: Arc<Self>) -> impl Future<Output = OwnedMutexGuard<T>> {
        let at = here();
        async move {
            let before = self.acquire(at).await;
            OwnedMutexGuard { mutex: self, before, wrote: None }
        }
    }

    /// Blocks the thread until it has the lock.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on(self.permits.primitive().reason(Op::Lock, here()), self.lock())
    }

    /// Blocks the thread until it has the lock.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        block_on(self.permits.primitive().reason(Op::Lock, here()), Arc::clone(&self).lock_owned())
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    ///
    /// If it is not.
    #[track_caller]
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        let before = self.try_acquire(here())?;
        Ok(MutexGuard { mutex: self, before, wrote: None })
    }

    /// Takes the lock if it is free.
    ///
    /// # Errors
    ///
    /// If it is not.
    #[track_caller]
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        let before = self.try_acquire(here())?;
        Ok(OwnedMutexGuard { mutex: self, before, wrote: None })
    }

    /// The value, without locking.
    pub fn get_mut(&mut self) -> &mut T {
        self.enter();
        self.value.get_mut()
    }
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The mutex of a guard.
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.mutex
    }

    /// A guard of a part of the value.
    pub fn map<U: ?Sized, F: FnOnce(&mut T) -> &mut U>(this: Self, f: F) -> MappedMutexGuard<'a, U> {
        match Self::try_map(this, |value| Some(f(value))) {
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
        this: Self,
        f: F,
    ) -> Result<MappedMutexGuard<'a, U>, Self> {
        // SAFETY: the guard holds the lock, and is not used while the part is borrowed.
        #[allow(unsafe_code, reason = "borrows the protected value")]
        let Some(part) = f(unsafe { &mut *this.mutex.value.get() }) else { return Err(this) };
        let (permits, wrote) = (&this.mutex.permits, this.wrote);
        std::mem::forget(this);
        Ok(MappedMutexGuard { permits, part, wrote })
    }
}

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// The mutex of a guard.
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        &this.mutex
    }
}

/// Declares what both guards have in common.
macro_rules! guard {
    ($name:ident [$($lifetime:lifetime)?]) => {
        impl<T: ?Sized> Drop for $name<$($lifetime,)? T> {
            fn drop(&mut self) {
                self.mutex.release(self.before, self.wrote);
            }
        }

        impl<T: ?Sized> Deref for $name<$($lifetime,)? T> {
            type Target = T;

            fn deref(&self) -> &T {
                // SAFETY: the guard holds the lock.
                #[allow(unsafe_code, reason = "borrows the protected value")]
                unsafe {
                    &*self.mutex.value.get()
                }
            }
        }

        impl<T: ?Sized> DerefMut for $name<$($lifetime,)? T> {
            #[track_caller]
            fn deref_mut(&mut self) -> &mut T {
                self.wrote = Some(here());
                // SAFETY: the guard holds the lock.
                #[allow(unsafe_code, reason = "borrows the protected value")]
                unsafe {
                    &mut *self.mutex.value.get()
                }
            }
        }

        impl<T: ?Sized + fmt::Debug> fmt::Debug for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $name<$($lifetime,)? T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}
guard!(MutexGuard['_]);
guard!(OwnedMutexGuard[]);

impl<T: ?Sized> Drop for MappedMutexGuard<'_, T> {
    fn drop(&mut self) {
        // What the whole value is now cannot be told from its part.
        self.permits.release(1, Op::Unlock, self.wrote, || Some((Scalar::None, Scalar::None)));
    }
}

impl<T: ?Sized> Deref for MappedMutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.part
    }
}

impl<T: ?Sized> DerefMut for MappedMutexGuard<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        self.wrote = Some(here());
        self.part
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MappedMutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => text.field("data", &&*guard),
            Err(_) => text.field("data", &format_args!("<locked>")),
        };
        text.finish()
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
