//! `RwLock`.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, TryLockError, TryLockResult};

use kata::Scalar;
use kata_trace::{ObjectKind, Op};

use super::mutex::scalar_of;
use crate::demand::{self, Demand};
use crate::execution::{self, Place, joined};
use crate::object::Object;
use crate::point::{Handover, Sleepers};

/// `std::sync::RwLock`. A reader waits while a writer waits, which std permits, and which its implementations do: a
/// thread that reads twice may wait for ever. It is never poisoned: a panic ends the exploration.
pub struct RwLock<T: ?Sized> {
    lock: Lock,
    /// What the value is worth showing as.
    scalar: fn(*const ()) -> Scalar,
    data: UnsafeCell<T>,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other; guards
// are handed out as the lock permits.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: ?Sized + Send> Send for RwLock<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T: ?Sized> UnwindSafe for RwLock<T> {}
impl<T: ?Sized> RefUnwindSafe for RwLock<T> {}

/// The part that does not depend on the type.
struct Lock {
    object: Object,
    handover: Handover,
    state: RefCell<State>,
    sleepers: Sleepers,
}

#[derive(Debug, Default)]
struct State {
    readers: usize,
    writer: bool,
    writers_waiting: usize,
}

/// How somebody wants the lock.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Shared,
    Exclusive,
}

impl State {
    fn admits(&self, mode: Mode) -> bool {
        match mode {
            Mode::Shared => !self.writer && self.writers_waiting == 0,
            Mode::Exclusive => !self.writer && self.readers == 0,
        }
    }

    fn enter(&mut self, mode: Mode) {
        match mode {
            Mode::Shared => self.readers += 1,
            Mode::Exclusive => self.writer = true,
        }
    }
}

impl Lock {
    #[track_caller]
    fn new() -> Self {
        Lock {
            object: Object::new(ObjectKind::RwLock),
            handover: Handover::new(),
            state: RefCell::default(),
            sleepers: Sleepers::default(),
        }
    }

    fn acquire(&self, mode: Mode, at: Place, value: &dyn Fn() -> Scalar) -> Held<'_> {
        let object = self.object.id(at);
        let op = if mode == Mode::Shared { Op::ReadLock } else { Op::WriteLock };
        execution::attempt(op, Some(object), None, at);
        self.handover.acquire();
        if !self.state.borrow().admits(mode) {
            let waiting = usize::from(mode == Mode::Exclusive);
            self.state.borrow_mut().writers_waiting += waiting;
            loop {
                self.sleepers.sleep();
                self.handover.acquire();
                if self.state.borrow().admits(mode) {
                    break;
                }
            }
            // Up to here, so that readers wait for those writers too who are awake and about to enter.
            self.state.borrow_mut().writers_waiting -= waiting;
        }
        self.acquired(mode, value, None)
    }

    fn try_acquire(&self, mode: Mode, at: Place, value: &dyn Fn() -> Scalar) -> Option<Held<'_>> {
        demand::require(Demand::Looks);
        let object = self.object.id(at);
        let op = if mode == Mode::Shared { Op::TryReadLock } else { Op::TryWriteLock };
        execution::attempt(op, Some(object), None, at);
        self.handover.acquire();
        if self.state.borrow().admits(mode) {
            return Some(self.acquired(mode, value, Some(true)));
        }
        execution::complete(|entry| entry.ok = Some(false));
        execution::observed(object, at, 0);
        None
    }

    fn acquired(&self, mode: Mode, value: &dyn Fn() -> Scalar, ok: Option<bool>) -> Held<'_> {
        self.state.borrow_mut().enter(mode);
        let before = value();
        execution::complete(|entry| {
            entry.after = before;
            entry.ok = ok;
        });
        Held { lock: self, mode, before, written: Cell::new(None) }
    }

    fn release(&self, held: &Held<'_>, value: Scalar) {
        if execution::is_over() {
            return;
        }
        crate::cell::settle();
        if demand::is_met(Demand::Looks) {
            self.handover.release();
        } else {
            // Releasing earlier or later makes no difference to those who wait.
            joined(|| self.handover.release());
        }
        let object = self.object.id(self.object.created());
        match held.mode {
            Mode::Shared => execution::record(Op::ReadUnlock, Some(object), None, |_| {}),
            Mode::Exclusive => execution::record(Op::WriteUnlock, Some(object), held.written.get(), |entry| {
                entry.before = held.before;
                entry.after = value;
            }),
        }
        let mut state = self.state.borrow_mut();
        match held.mode {
            Mode::Shared => state.readers -= 1,
            Mode::Exclusive => state.writer = false,
        }
        if state.readers == 0 {
            self.sleepers.wake();
        }
    }
}

struct Held<'a> {
    lock: &'a Lock,
    mode: Mode,
    before: Scalar,
    /// Where the value was last borrowed mutably.
    written: Cell<Option<Place>>,
}

/// `std::sync::RwLockReadGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    held: Held<'a>,
    /// A guard stays in its thread.
    thread: PhantomData<*const ()>,
}

/// `std::sync::RwLockWriteGuard`.
#[must_use = "if unused the RwLock will immediately unlock"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    lock: &'a RwLock<T>,
    held: Held<'a>,
    /// A guard stays in its thread.
    thread: PhantomData<*const ()>,
}

// SAFETY: as for std's guard.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync> Sync for RwLockReadGuard<'_, T> {}
// SAFETY: as for std's guard.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync> Sync for RwLockWriteGuard<'_, T> {}

impl<T> RwLock<T> {
    /// An unlocked lock. Not `const`: loom follows every lock from its creation.
    #[track_caller]
    pub fn new(value: T) -> Self {
        RwLock { lock: Lock::new(), scalar: scalar_of::<T>, data: UnsafeCell::new(value) }
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

impl<T: ?Sized> RwLock<T> {
    fn value(&self) -> Scalar {
        (self.scalar)(self.data.get().cast_const().cast())
    }

    fn read_guard<'a>(&'a self, held: Held<'a>) -> RwLockReadGuard<'a, T> {
        RwLockReadGuard { lock: self, held, thread: PhantomData }
    }

    fn write_guard<'a>(&'a self, held: Held<'a>) -> RwLockWriteGuard<'a, T> {
        RwLockWriteGuard { lock: self, held, thread: PhantomData }
    }

    /// Waits until no writer has the lock, nor waits for it, and locks it shared.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn read(&self) -> LockResult<RwLockReadGuard<'_, T>> {
        Ok(self.read_guard(self.lock.acquire(Mode::Shared, Location::caller(), &|| self.value())))
    }

    /// Locks the lock shared if no writer has it or waits for it.
    ///
    /// # Errors
    ///
    /// If one does.
    #[track_caller]
    pub fn try_read(&self) -> TryLockResult<RwLockReadGuard<'_, T>> {
        let held = self.lock.try_acquire(Mode::Shared, Location::caller(), &|| self.value());
        held.map(|held| self.read_guard(held)).ok_or(TryLockError::WouldBlock)
    }

    /// Waits until nobody has the lock and locks it exclusively.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn write(&self) -> LockResult<RwLockWriteGuard<'_, T>> {
        Ok(self.write_guard(self.lock.acquire(Mode::Exclusive, Location::caller(), &|| self.value())))
    }

    /// Locks the lock exclusively if nobody has it.
    ///
    /// # Errors
    ///
    /// If somebody does.
    #[track_caller]
    pub fn try_write(&self) -> TryLockResult<RwLockWriteGuard<'_, T>> {
        let held = self.lock.try_acquire(Mode::Exclusive, Location::caller(), &|| self.value());
        held.map(|held| self.write_guard(held)).ok_or(TryLockError::WouldBlock)
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

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    /// The lock, shared from now on, with no writer in between.
    #[track_caller]
    pub fn downgrade(this: Self) -> RwLockReadGuard<'a, T> {
        let at = Location::caller();
        let this = ManuallyDrop::new(this);
        let lock = this.lock;
        lock.lock.release(&this.held, lock.value());
        let object = lock.lock.object.id(at);
        execution::attempt(Op::ReadLock, Some(object), None, at);
        lock.read_guard(lock.lock.acquired(Mode::Shared, &|| lock.value(), None))
    }
}

impl<T: ?Sized> Drop for RwLockReadGuard<'_, T> {
    fn drop(&mut self) {
        self.held.lock.release(&self.held, Scalar::None);
    }
}

impl<T: ?Sized> Drop for RwLockWriteGuard<'_, T> {
    fn drop(&mut self) {
        self.held.lock.release(&self.held, self.lock.value());
    }
}

impl<T: ?Sized> Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        #[allow(unsafe_code, reason = "this is a lock")]
        unsafe {
            &*self.lock.data.get()
        }
    }
}

impl<T: ?Sized> Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard holds the lock.
        #[allow(unsafe_code, reason = "this is a lock")]
        unsafe {
            &*self.lock.data.get()
        }
    }
}

impl<T: ?Sized> DerefMut for RwLockWriteGuard<'_, T> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        self.held.written.set(Some(Location::caller()));
        // SAFETY: the guard holds the lock exclusively, and is borrowed mutably.
        #[allow(unsafe_code, reason = "this is a lock")]
        unsafe {
            &mut *self.lock.data.get()
        }
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

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut f = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => f.field("data", &&*guard),
            Err(_) => f.field("data", &format_args!("<locked>")),
        };
        f.field("poisoned", &false).finish_non_exhaustive()
    }
}

macro_rules! shown_as_the_value {
    ($($guard:ident)*) => {$(
        impl<T: ?Sized + fmt::Debug> fmt::Debug for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + fmt::Display> fmt::Display for $guard<'_, T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                (**self).fmt(f)
            }
        }
    )*};
}

shown_as_the_value!(RwLockReadGuard RwLockWriteGuard);
