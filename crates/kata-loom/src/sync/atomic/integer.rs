//! The integers.

use std::fmt;
use std::sync::atomic::Ordering::{self, Relaxed};

use kata::Scalar;

use super::register::{Register, Word};
use crate::liberty;

macro_rules! integer {
    ($($name:ident of $type:ty as $kind:ident $wide:ty;)*) => {$(
        impl Word for $type {
            fn scalar(self) -> Scalar {
                Scalar::$kind(self as $wide)
            }
        }

        #[doc = concat!("`std::sync::atomic::", stringify!($name), "`.")]
        pub struct $name(Register<$type>);

        impl $name {
            /// An atomic with a value. Not `const`: loom follows every atomic from its creation.
            #[track_caller]
            pub fn new(value: $type) -> Self {
                $name(Register::new(value))
            }

            /// The value, which nobody else can reach.
            #[track_caller]
            pub fn get_mut(&mut self) -> &mut $type {
                self.0.get_mut()
            }

            /// The value.
            #[track_caller]
            pub fn into_inner(mut self) -> $type {
                *self.0.get_mut()
            }

            /// Reads the value.
            ///
            /// # Panics
            ///
            /// If `order` is `Release` or `AcqRel`.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $type {
                self.0.load(order)
            }

            /// Writes a value.
            ///
            /// # Panics
            ///
            /// If `order` is `Acquire` or `AcqRel`.
            #[track_caller]
            pub fn store(&self, value: $type, order: Ordering) {
                self.0.store(value, order);
            }

            /// Writes a value and returns the one before.
            #[track_caller]
            pub fn swap(&self, value: $type, order: Ordering) -> $type {
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
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                self.0.compare_exchange(current, new, success, failure)
            }

            #[doc = concat!("[`", stringify!($name), "::compare_exchange`], which may fail for no reason.")]
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
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                if liberty::outcome(2) == 1 {
                    return self.0.fail_exchange(failure);
                }
                self.0.compare_exchange(current, new, success, failure)
            }

            /// Adds, wrapping around, and returns the value before.
            #[track_caller]
            pub fn fetch_add(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old.wrapping_add(value))
            }

            /// Subtracts, wrapping around, and returns the value before.
            #[track_caller]
            pub fn fetch_sub(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old.wrapping_sub(value))
            }

            /// Bitwise “and”; returns the value before.
            #[track_caller]
            pub fn fetch_and(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old & value)
            }

            /// Bitwise “nand”; returns the value before.
            #[track_caller]
            pub fn fetch_nand(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| !(old & value))
            }

            /// Bitwise “or”; returns the value before.
            #[track_caller]
            pub fn fetch_or(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old | value)
            }

            /// Bitwise “exclusive or”; returns the value before.
            #[track_caller]
            pub fn fetch_xor(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old ^ value)
            }

            /// The larger one; returns the value before.
            #[track_caller]
            pub fn fetch_max(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old.max(value))
            }

            /// The smaller one; returns the value before.
            #[track_caller]
            pub fn fetch_min(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, |old| old.min(value))
            }

            super::boolean::updates!($type);
        }

        super::boolean::conversions!($name, $type);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.load(Relaxed).fmt(f)
            }
        }
    )*};
}

integer! {
    AtomicI8 of i8 as Int i64;
    AtomicI16 of i16 as Int i64;
    AtomicI32 of i32 as Int i64;
    AtomicI64 of i64 as Int i64;
    AtomicIsize of isize as Int i64;
    AtomicU8 of u8 as Uint u64;
    AtomicU16 of u16 as Uint u64;
    AtomicU32 of u32 as Uint u64;
    AtomicU64 of u64 as Uint u64;
    AtomicUsize of usize as Uint u64;
}
