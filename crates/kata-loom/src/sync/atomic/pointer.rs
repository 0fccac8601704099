//! `AtomicPtr`.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::null_mut;
use std::sync::atomic::Ordering::{self, Relaxed};

use kata::Scalar;

use super::register::{Register, Word};
use crate::liberty;

impl Word for *mut () {
    fn scalar(self) -> Scalar {
        Scalar::Pointer(self.is_null())
    }
}

/// `std::sync::atomic::AtomicPtr`.
pub struct AtomicPtr<T> {
    register: Register<*mut ()>,
    pointee: PhantomData<*mut T>,
}

// SAFETY: it holds nothing of type `T`, and std's is `Send` for every `T`.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T> Send for AtomicPtr<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T> Sync for AtomicPtr<T> {}

impl<T> AtomicPtr<T> {
    /// An atomic with a value. Not `const`: loom follows every atomic from its creation.
    #[track_caller]
    pub fn new(value: *mut T) -> Self {
        AtomicPtr { register: Register::new(value.cast()), pointee: PhantomData }
    }

    /// The value, which nobody else can reach.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut *mut T {
        let value = std::ptr::from_mut(self.register.get_mut());
        // SAFETY: thin pointers to all types are represented alike; the lifetime is that of the borrow of `self`.
        #[allow(unsafe_code, reason = "the register does not know the type of the pointee")]
        unsafe {
            &mut *value.cast::<*mut T>()
        }
    }

    /// The value.
    #[track_caller]
    pub fn into_inner(mut self) -> *mut T {
        *self.get_mut()
    }

    /// Reads the value.
    ///
    /// # Panics
    ///
    /// If `order` is `Release` or `AcqRel`.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> *mut T {
        self.register.load(order).cast()
    }

    /// Writes a value.
    ///
    /// # Panics
    ///
    /// If `order` is `Acquire` or `AcqRel`.
    #[track_caller]
    pub fn store(&self, value: *mut T, order: Ordering) {
        self.register.store(value.cast(), order);
    }

    /// Writes a value and returns the one before.
    #[track_caller]
    pub fn swap(&self, value: *mut T, order: Ordering) -> *mut T {
        self.register.update(order, |_| value.cast()).cast()
    }

    /// Writes `new` if the value is `current`.
    ///
    /// # Errors
    ///
    /// The value, if it is another one.
    ///
    /// # Panics
    ///
    /// If `failure` is `Release` or `AcqRel`.
    #[track_caller]
    pub fn compare_exchange(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        let exchanged = self.register.compare_exchange(current.cast(), new.cast(), success, failure);
        exchanged.map(<*mut ()>::cast).map_err(<*mut ()>::cast)
    }

    /// [`AtomicPtr::compare_exchange`], which may fail for no reason.
    ///
    /// # Errors
    ///
    /// The value.
    ///
    /// # Panics
    ///
    /// If `failure` is `Release` or `AcqRel`.
    #[track_caller]
    pub fn compare_exchange_weak(
        &self,
        current: *mut T,
        new: *mut T,
        success: Ordering,
        failure: Ordering,
    ) -> Result<*mut T, *mut T> {
        if liberty::outcome(2) == 1 {
            return self.register.fail_exchange(failure).map(<*mut ()>::cast).map_err(<*mut ()>::cast);
        }
        self.compare_exchange(current, new, success, failure)
    }

    #[track_caller]
    fn change(&self, order: Ordering, change: impl FnOnce(*mut T) -> *mut T) -> *mut T {
        self.register.update(order, |old| change(old.cast()).cast()).cast()
    }

    /// Adds `count` elements; returns the value before.
    #[track_caller]
    pub fn fetch_ptr_add(&self, count: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.wrapping_add(count))
    }

    /// Subtracts `count` elements; returns the value before.
    #[track_caller]
    pub fn fetch_ptr_sub(&self, count: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.wrapping_sub(count))
    }

    /// Adds `count` bytes; returns the value before.
    #[track_caller]
    pub fn fetch_byte_add(&self, count: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.wrapping_byte_add(count))
    }

    /// Subtracts `count` bytes; returns the value before.
    #[track_caller]
    pub fn fetch_byte_sub(&self, count: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.wrapping_byte_sub(count))
    }

    /// Bitwise “or” of the address; returns the value before.
    #[track_caller]
    pub fn fetch_or(&self, value: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.map_addr(|address| address | value))
    }

    /// Bitwise “and” of the address; returns the value before.
    #[track_caller]
    pub fn fetch_and(&self, value: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.map_addr(|address| address & value))
    }

    /// Bitwise “exclusive or” of the address; returns the value before.
    #[track_caller]
    pub fn fetch_xor(&self, value: usize, order: Ordering) -> *mut T {
        self.change(order, |old| old.map_addr(|address| address ^ value))
    }

    super::boolean::updates!(*mut T);
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(null_mut())
    }
}

impl<T> From<*mut T> for AtomicPtr<T> {
    #[track_caller]
    fn from(value: *mut T) -> Self {
        AtomicPtr::new(value)
    }
}

impl<T> fmt::Debug for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.load(Relaxed).fmt(f)
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.load(Relaxed).fmt(f)
    }
}
