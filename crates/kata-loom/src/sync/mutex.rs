//! `Mutex`.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, TryLockError, TryLockResult};

use kata::Scalar;
use kata_trace::{ObjectId, ObjectKind, Op};

use crate::demand::{self, Demand};
use crate::execution::{self, Place, joined, outside, switching};
use crate::knowledge::Legacy;
use crate::object::Object;
use crate::point::Point;

/// `std::sync::Mutex`. It is never poisoned: a panic ends the exploration.
pub struct Mutex<T: ?Sized> {
    lock: Lock,
    /// What the value is worth showing as.
    scalar: fn(*const ()) -> Scalar,
    data: UnsafeCell<T>,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other; guards
// are handed out one at a time.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T: ?Sized> UnwindSafe for Mutex<T> {}
impl<T: ?Sized> RefUnwindSafe for Mutex<T> {}

/// The part that does not depend on the type.
struct Lock {
    object: Object,
    mutex: loom::sync::Mutex<()>,
    /// Visited by those who unlock and those who look, where there are any of the latter.
    releases: Option<Point>,
    legacy: Legacy,
}

/// `std::sync::MutexGuard`.
#[must_use = "if unused the Mutex will immediately unlock"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
    held: Held<'a>,
    /// A guard stays in its thread.
    thread: PhantomData<*const ()>,
}

// SAFETY: as for std's guard.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

struct Held<'a> {
    /// `None` while a condition variable has it.
    guard: Option<loom::sync::MutexGuard<'a, ()>>,
    before: Scalar,
    /// Where the value was last borrowed mutably.
    written: Cell<Option<Place>>,
}

impl Lock {
    #[track_caller]
    fn new() -> Self {
        Lock {
            object: Object::new(ObjectKind::Mutex),
            mutex: outside(|| loom::sync::Mutex::new(())),
            releases: demand::is_met(Demand::Looks).then(Point::new),
            legacy: Legacy::default(),
        }
    }

    fn acquire(&self, at: Place, value: &dyn Fn() -> Scalar) -> Held<'_> {
        let object = self.object.id(at);
        execution::attempt(Op::Lock, Some(object), None, at);
        let guard = switching(|| self.mutex.lock());
        // loom's mutex has no poison.
        let guard = guard.unwrap_or_else(std::sync::PoisonError::into_inner);
        self.acquired(object, guard, value, None)
    }

    fn try_acquire(&self, at: Place, value: &dyn Fn() -> Scalar) -> Option<Held<'_>> {
        demand::require(Demand::Looks);
        let object = self.object.id(at);
        execution::attempt(Op::TryLock, Some(object), None, at);
        let guard = match &self.releases {
            Some(releases) => {
                releases.visit();
                joined(|| self.mutex.try_lock())
            }
            None => switching(|| self.mutex.try_lock()),
        };
        match guard {
            Ok(guard) => Some(self.acquired(object, guard, value, Some(true))),
            Err(_) => {
                execution::complete(|entry| entry.ok = Some(false));
                execution::observed(object, at, 0);
                None
            }
        }
    }

    fn acquired<'a>(
        &self,
        object: ObjectId,
        guard: loom::sync::MutexGuard<'a, ()>,
        value: &dyn Fn() -> Scalar,
        ok: Option<bool>,
    ) -> Held<'a> {
        self.legacy.take();
        let before = value();
        execution::complete(|entry| {
            entry.after = before;
            entry.ok = ok;
        });
        execution::with(|e| e.acquired(object));
        Held { guard: Some(guard), before, written: Cell::new(None) }
    }

    fn release(&self, held: &mut Held<'_>, value: Scalar) {
        let Some(guard) = held.guard.take() else { return };
        crate::cell::settle();
        if let Some(releases) = &self.releases {
            releases.visit();
        }
        let object = self.object.id(self.object.created());
        execution::record(Op::Unlock, Some(object), held.written.get(), |entry| {
            entry.before = held.before;
            entry.after = value;
        });
        execution::with(|e| e.released(object));
        self.legacy.leave();
        drop(guard);
    }
}

impl<T> Mutex<T> {
    /// An unlocked mutex. Not `const`: loom follows every mutex from its creation.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Mutex { lock: Lock::new(), scalar: scalar_of::<T>, data: UnsafeCell::new(value) }
    }

    /// The value.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn into_inner(self) -> LockResult<T> {
        Ok(self.data.into_inner())
    }
}

/// The form of a value that is recorded.
pub(super) fn scalar_of<T>(value: *const ()) -> Scalar {
    // SAFETY: called with a pointer to the value of the object that was created with this function, by a thread that
    // may read it.
    #[allow(unsafe_code, reason = "the type is known only where the object is created")]
    Scalar::of(unsafe { &*value.cast::<T>() })
}

impl<T: ?Sized> Mutex<T> {
    fn value(&self) -> Scalar {
        (self.scalar)(self.data.get().cast_const().cast())
    }

    /// Waits until the mutex is free and locks it.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        Ok(self.lock_at(Location::caller()))
    }

    pub(super) fn lock_at(&self, at: Place) -> MutexGuard<'_, T> {
        MutexGuard { mutex: self, held: self.lock.acquire(at, &|| self.value()), thread: PhantomData }
    }

    /// Locks the mutex if it is free.
    ///
    /// # Errors
    ///
    /// If it is not.
    #[track_caller]
    pub fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        let held = self.lock.try_acquire(Location::caller(), &|| self.value());
        let guard = |held| MutexGuard { mutex: self, held, thread: PhantomData };
        held.map(guard).ok_or(TryLockError::WouldBlock)
    }

    /// The value, which nobody else can reach.
    ///
    /// # Errors
    ///
    /// Never.
    pub fn get_mut(&mut self) -> LockResult<&mut T> {
        Ok(self.data.get_mut())
    }

    /// `false`.
    pub fn is_poisoned(&self) -> bool {
        false
    }

    /// Does nothing.
    pub fn clear_poison(&self) {}
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// The value, borrowed by nobody in particular.
    pub(super) fn data_mut(&mut self) -> &mut T {
        // SAFETY: the guard holds the mutex, and is borrowed mutably.
        #[allow(unsafe_code, reason = "this is a lock")]
        unsafe {
            &mut *self.mutex.data.get()
        }
    }

    /// Unlocks the mutex for a condition variable.
    pub(super) fn release(mut self) -> &'a Mutex<T> {
        let mutex = self.mutex;
        mutex.lock.release(&mut self.held, mutex.value());
        mutex
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if execution::is_over() {
            std::mem::forget(self.held.guard.take());
        } else if self.held.guard.is_some() {
            self.mutex.lock.release(&mut self.held, self.mutex.value());
        }
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the mutex.
        #[allow(unsafe_code, reason = "this is a lock")]
        unsafe {
            &*self.mutex.data.get()
        }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        self.held.written.set(Some(Location::caller()));
        self.data_mut()
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

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => f.field("data", &&*guard),
            Err(_) => f.field("data", &format_args!("<locked>")),
        };
        f.field("poisoned", &false).finish_non_exhaustive()
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
