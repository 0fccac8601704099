//! `tokio::sync::RwLock`.

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

/// tokio's own limit of readers: a writer takes the permits of all.
const MAX_READERS: u32 = u32::MAX >> 3;

/// `tokio::sync::RwLock` in this world.
pub struct RwLock<T: ?Sized> {
    permits: Permits,
    memory: Memory,
    max_readers: u32,
    value: UnsafeCell<T>,
}

/// `tokio::sync::RwLockReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
}

/// `tokio::sync::RwLockWriteGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    before: Scalar,
    wrote: Option<Place>,
}

/// `tokio::sync::OwnedRwLockReadGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockReadGuard<T: ?Sized> {
    lock: Arc<RwLock<T>>,
}

/// `tokio::sync::OwnedRwLockWriteGuard` in this world.
#[must_use = "if unused the RwLock will immediately unlock"]
#[clippy::has_significant_drop]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    lock: Arc<RwLock<T>>,
    before: Scalar,
    wrote: Option<Place>,
}

coroutine_safe! {
    unsafe impl [T: ?Sized + Send] Send for RwLock<T>;
    unsafe impl [T: ?Sized + Send + Sync] Sync for RwLock<T>;
}

impl<T> RwLock<T> {
    /// An unlocked lock.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Self::const_new(value)
    }

    /// An unlocked lock.
    #[track_caller]
    pub const fn const_new(value: T) -> Self {
        Self::const_with_max_readers(value, MAX_READERS)
    }

    /// An unlocked lock for so many readers at most.
    #[track_caller]
    pub fn with_max_readers(value: T, max_reads: u32) -> Self {
        Self::const_with_max_readers(value, max_reads)
    }

    /// An unlocked lock for so many readers at most.
    ///
    /// # Panics
    ///
    /// If that is more than tokio allows.
    #[track_caller]
    pub const fn const_with_max_readers(value: T, max_reads: u32) -> Self {
        assert!(max_reads <= MAX_READERS, "a RwLock may not be created with more than 2^29 - 1 readers");
        RwLock {
            permits: Permits::new(ObjectKind::RwLock, max_reads as usize),
            memory: Memory::new(),
            max_readers: max_reads,
            value: UnsafeCell::new(value),
        }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwLock<T> {
    fn enter(&self) {
        let (_, entered) = self.permits.primitive().enter();
        self.memory.apply(entered, self.value.get());
    }

    fn scalar(&self) -> Scalar {
        // SAFETY: called by a task that holds the lock, while no mutable borrow of the value is in use.
        #[allow(unsafe_code, reason = "reads the protected value")]
        Scalar::of(unsafe { &*self.value.get() })
    }

    async fn acquire(&self, permits: u32, op: Op, at: Place) -> Scalar {
        self.enter();
        let acquired = self.permits.acquire(permits, op, at, || self.scalar()).await;
        acquired.expect("the semaphore of a lock is never closed");
        self.scalar()
    }

    fn try_acquire(&self, permits: u32, op: Op, at: Place) -> Result<Scalar, TryLockError> {
        self.enter();
        match self.permits.try_acquire(permits, op, at, || self.scalar()) {
            Ok(()) => Ok(self.scalar()),
            Err(_) => Err(failed_lock()),
        }
    }

    fn release_read(&self) {
        self.permits.release(1, Op::ReadUnlock, None, || None);
    }

    fn release_write(&self, before: Scalar, wrote: Option<Place>) {
        let permits = self.max_readers as usize;
        self.permits.release(permits, Op::WriteUnlock, wrote, || Some((before, self.scalar())));
    }

    /// A writer becomes a reader; nobody writes in between.
    fn downgrade(&self, before: Scalar, wrote: Option<Place>) {
        let permits = self.max_readers as usize - 1;
        self.permits.release(permits, Op::WriteUnlock, wrote, || Some((before, self.scalar())));
        self.permits.primitive().identity().record(Op::ReadLock, None, |entry| entry.after = self.scalar());
    }

    /// Waits to read. Who waits first, to read or to write, gets the lock first.
    #[track_caller]
    pub fn read(&self) -> impl Future<Output = RwLockReadGuard<'_, T>> {
        let at = here();
        async move {
            self.acquire(1, Op::ReadLock, at).await;
            RwLockReadGuard { lock: self }
        }
    }

    /// Waits to read.
    #[track_caller]
    pub fn read_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockReadGuard<T>> {
        let at = here();
        async move {
            self.acquire(1, Op::ReadLock, at).await;
            OwnedRwLockReadGuard { lock: self }
        }
    }

    /// Waits to write. Who waits first, to read or to write, gets the lock first.
    #[track_caller]
    pub fn write(&self) -> impl Future<Output = RwLockWriteGuard<'_, T>> {
        let at = here();
        async move {
            let before = self.acquire(self.max_readers, Op::WriteLock, at).await;
            RwLockWriteGuard { lock: self, before, wrote: None }
        }
    }

    /// Waits to write.
    #[track_caller]
    pub fn write_owned(self: Arc<Self>) -> impl Future<Output = OwnedRwLockWriteGuard<T>> {
        let at = here();
        async move {
            let before = self.acquire(self.max_readers, Op::WriteLock, at).await;
            OwnedRwLockWriteGuard { lock: self, before, wrote: None }
        }
    }

    /// Blocks the thread until it may read.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        block_on(self.permits.primitive().reason(Op::ReadLock, here()), self.read())
    }

    /// Blocks the thread until it may write.
    ///
    /// # Panics
    ///
    /// Inside of an asynchronous context.
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        block_on(self.permits.primitive().reason(Op::WriteLock, here()), self.write())
    }

    /// Reads if nobody writes or waits to write.
    ///
    /// # Errors
    ///
    /// If somebody does.
    #[track_caller]
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_acquire(1, Op::TryReadLock, here())?;
        Ok(RwLockReadGuard { lock: self })
    }

    /// Writes if nobody reads or writes.
    ///
    /// # Errors
    ///
    /// If somebody does.
    #[track_caller]
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        let before = self.try_acquire(self.max_readers, Op::TryWriteLock, here())?;
        Ok(RwLockWriteGuard { lock: self, before, wrote: None })
    }

    /// As [`RwLock::try_read`].
    ///
    /// # Errors
    ///
    /// If somebody writes.
    #[track_caller]
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_acquire(1, Op::TryReadLock, here())?;
        Ok(OwnedRwLockReadGuard { lock: self })
    }

    /// As [`RwLock::try_write`].
    ///
    /// # Errors
    ///
    /// If somebody reads or writes.
    #[track_caller]
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        let before = self.try_acquire(self.max_readers, Op::TryWriteLock, here())?;
        Ok(OwnedRwLockWriteGuard { lock: self, before, wrote: None })
    }

    /// The value, without locking.
    pub fn get_mut(&mut self) -> &mut T {
        self.enter();
        self.value.get_mut()
    }
}

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// From here on it only reads; nobody writes in between.
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        let lock = self.lock;
        lock.downgrade(self.before, self.wrote);
        std::mem::forget(self);
        RwLockReadGuard { lock }
    }
}

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// From here on it only reads; nobody writes in between.
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        let lock = Arc::clone(&self.lock);
        lock.downgrade(self.before, self.wrote);
        let mut this = std::mem::ManuallyDrop::new(self);
        // SAFETY: the guard is not used any more, and its own `drop` does not run.
        #[allow(unsafe_code, reason = "drops a part of what is not dropped")]
        unsafe {
            std::ptr::drop_in_place(&raw mut this.lock);
        }
        OwnedRwLockReadGuard { lock }
    }
}

/// Declares what guards have in common.
macro_rules! guard {
    ($name:ident [$($lifetime:lifetime)?] |$guard:ident| $release:expr) => {
        impl<T: ?Sized> Drop for $name<$($lifetime,)? T> {
            fn drop(&mut self) {
                let $guard = self;
                $release;
            }
        }

        impl<T: ?Sized> Deref for $name<$($lifetime,)? T> {
            type Target = T;

            fn deref(&self) -> &T {
                // SAFETY: the guard holds the lock.
                #[allow(unsafe_code, reason = "borrows the protected value")]
                unsafe {
                    &*self.lock.value.get()
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
/// Declares what guards that write have in common.
macro_rules! writes {
    ($name:ident [$($lifetime:lifetime)?]) => {
        impl<T: ?Sized> DerefMut for $name<$($lifetime,)? T> {
            #[track_caller]
            fn deref_mut(&mut self) -> &mut T {
                self.wrote = Some(here());
                // SAFETY: the guard holds the lock alone.
                #[allow(unsafe_code, reason = "borrows the protected value")]
                unsafe {
                    &mut *self.lock.value.get()
                }
            }
        }
    };
}

guard!(RwLockReadGuard['_] |guard| guard.lock.release_read());
guard!(OwnedRwLockReadGuard[] |guard| guard.lock.release_read());
guard!(RwLockWriteGuard['_] |guard| guard.lock.release_write(guard.before, guard.wrote));
guard!(OwnedRwLockWriteGuard[] |guard| guard.lock.release_write(guard.before, guard.wrote));

writes!(RwLockWriteGuard['_]);
writes!(OwnedRwLockWriteGuard[]);

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => text.field("data", &&*guard),
            Err(_) => text.field("data", &format_args!("<locked>")),
        };
        text.finish()
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
