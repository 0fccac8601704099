//! `AtomicBool`, and what all atomics have in common.

use std::fmt;
use std::sync::atomic::Ordering::{self, Relaxed};

use kata::Scalar;

use super::register::{Register, Word};
use crate::liberty;

/// Loops around `compare_exchange_weak`, as std has them.
macro_rules! updates {
    ($type:ty) => {
        /// Changes the value by `f` until nobody interferes; returns the value before.
        ///
        /// # Errors
        ///
        /// The value, if `f` returns `None` for it.
        ///
        /// # Panics
        ///
        /// If `fetch_order` is `Release` or `AcqRel`.
        #[track_caller]
        pub fn fetch_update<F>(&self, set_order: Ordering, fetch_order: Ordering, mut f: F) -> Result<$type, $type>
        where
            F: FnMut($type) -> Option<$type>,
        {
            let mut old = self.load(fetch_order);
            while let Some(new) = f(old) {
                match self.compare_exchange_weak(old, new, set_order, fetch_order) {
                    exchanged @ Ok(_) => return exchanged,
                    Err(newer) => old = newer,
                }
            }
            Err(old)
        }

        /// Changes the value by `f` until nobody interferes; returns the value before.
        ///
        /// # Errors
        ///
        /// The value, if `f` returns `None` for it.
        ///
        /// # Panics
        ///
        /// If `fetch_order` is `Release` or `AcqRel`.
        #[track_caller]
        pub fn try_update(
            &self,
            set_order: Ordering,
            fetch_order: Ordering,
            f: impl FnMut($type) -> Option<$type>,
        ) -> Result<$type, $type> {
            self.fetch_update(set_order, fetch_order, f)
        }

        /// Changes the value by `f` until nobody interferes; returns the value before.
        ///
        /// # Panics
        ///
        /// If `fetch_order` is `Release` or `AcqRel`.
        #[track_caller]
        pub fn update(&self, set_order: Ordering, fetch_order: Ordering, mut f: impl FnMut($type) -> $type) -> $type {
            let mut old = self.load(fetch_order);
            loop {
                match self.compare_exchange_weak(old, f(old), set_order, fetch_order) {
                    Ok(old) => return old,
                    Err(newer) => old = newer,
                }
            }
        }

        /// Writes `new` if the value is `current`; returns the value before.
        #[deprecated(since = "1.50.0", note = "Use `compare_exchange` or `compare_exchange_weak` instead")]
        #[track_caller]
        pub fn compare_and_swap(&self, current: $type, new: $type, order: Ordering) -> $type {
            let failure = match order {
                Ordering::Relaxed | Ordering::Release => Ordering::Relaxed,
                Ordering::Acquire | Ordering::AcqRel => Ordering::Acquire,
                _ => Ordering::SeqCst,
            };
            self.compare_exchange(current, new, order, failure).unwrap_or_else(|value| value)
        }

        /// Not in the model.
        ///
        /// # Safety
        ///
        /// Nobody gets to call it.
        #[deprecated(
            note = "kata: the loom world follows an atomic from its creation; use the atomic's own `new` instead"
        )]
        #[allow(unsafe_code, reason = "as in std")]
        pub unsafe fn from_ptr<'a>(_value: *mut $type) -> &'a Self {
            unreachable!("the checker refuses it")
        }

        /// Not in the model.
        #[deprecated(
            note = "kata: the loom world cannot see what is done through a raw pointer to an atomic; use the \
                    atomic's own operations instead"
        )]
        pub fn as_ptr(&self) -> *mut $type {
            std::ptr::null_mut()
        }
    };
}
pub(super) use updates;

macro_rules! conversions {
    ($name:ident, $type:ty) => {
        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(<$type>::default())
            }
        }

        impl From<$type> for $name {
            #[track_caller]
            fn from(value: $type) -> Self {
                $name::new(value)
            }
        }
    };
}
pub(super) use conversions;

impl Word for bool {
    fn scalar(self) -> Scalar {
        Scalar::Bool(self)
    }
}

/// `std::sync::atomic::AtomicBool`.
pub struct AtomicBool(Register<bool>);

impl AtomicBool {
    /// An atomic with a value. Not `const`: loom follows every atomic from its creation.
    #[track_caller]
    pub fn new(value: bool) -> Self {
        AtomicBool(Register::new(value))
    }

    /// The value, which nobody else can reach.
    #[track_caller]
    pub fn get_mut(&mut self) -> &mut bool {
        self.0.get_mut()
    }

    /// The value.
    #[track_caller]
    pub fn into_inner(mut self) -> bool {
        *self.0.get_mut()
    }

    /// Reads the value.
    ///
    /// # Panics
    ///
    /// If `order` is `Release` or `AcqRel`.
    #[track_caller]
    pub fn load(&self, order: Ordering) -> bool {
        self.0.load(order)
    }

    /// Writes a value.
    ///
    /// # Panics
    ///
    /// If `order` is `Acquire` or `AcqRel`.
    #[track_caller]
    pub fn store(&self, value: bool, order: Ordering) {
        self.0.store(value, order);
    }

    /// Writes a value and returns the one before.
    #[track_caller]
    pub fn swap(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, |_| value)
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
        current: bool,
        new: bool,
        success: Ordering,
        failure: Ordering,
    ) -> Result<bool, bool> {
        self.0.compare_exchange(current, new, success, failure)
    }

    /// [`AtomicBool::compare_exchange`], which may fail for no reason.
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
        current: bool,
        new: bool,
        success: Ordering,
        failure: Ordering,
    ) -> Result<bool, bool> {
        if liberty::outcome(2) == 1 {
            return self.0.fail_exchange(failure);
        }
        self.0.compare_exchange(current, new, success, failure)
    }

    /// Logical “and”; returns the value before.
    #[track_caller]
    pub fn fetch_and(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, |old| old & value)
    }

    /// Logical “nand”; returns the value before.
    #[track_caller]
    pub fn fetch_nand(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, |old| !(old & value))
    }

    /// Logical “or”; returns the value before.
    #[track_caller]
    pub fn fetch_or(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, |old| old | value)
    }

    /// Logical “exclusive or”; returns the value before.
    #[track_caller]
    pub fn fetch_xor(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, |old| old ^ value)
    }

    /// Logical “not”; returns the value before.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.0.update(order, |old| !old)
    }

    updates!(bool);
}

conversions!(AtomicBool, bool);

impl fmt::Debug for AtomicBool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.load(Relaxed).fmt(f)
    }
}
