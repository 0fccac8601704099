//! `std::sync::atomic`, sequentially consistent whatever ordering is asked for.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::panic::{Location, RefUnwindSafe};
pub use std::sync::atomic::Ordering;

use kata::Scalar;
use kata_trace::{ObjectId, ObjectKind, Op};

use crate::choice::Turn;
use crate::kernel::{self, Place, Step, Whim, parts};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;

/// What all atomics share.
struct RawAtomic<T> {
    object: Object,
    initial: Cell<T>,
    value: UnsafeCell<T>,
}

fn ordering_name(order: Ordering) -> &'static str {
    match order {
        Ordering::Relaxed => "Relaxed",
        Ordering::Release => "Release",
        Ordering::Acquire => "Acquire",
        Ordering::AcqRel => "AcqRel",
        _ => "SeqCst",
    }
}

#[track_caller]
fn check_load(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release load"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release load"),
        _ => {}
    }
}

#[track_caller]
fn check_store(order: Ordering) {
    match order {
        Ordering::Acquire => panic!("there is no such thing as an acquire store"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release store"),
        _ => {}
    }
}

#[track_caller]
fn check_failure(order: Ordering) {
    match order {
        Ordering::Release => panic!("there is no such thing as a release failure ordering"),
        Ordering::AcqRel => panic!("there is no such thing as an acquire-release failure ordering"),
        _ => {}
    }
}

impl<T: Copy + PartialEq> RawAtomic<T> {
    #[track_caller]
    const fn new(value: T) -> Self {
        RawAtomic { object: Object::new(), initial: Cell::new(value), value: UnsafeCell::new(value) }
    }

    fn enter(&self) -> ObjectId {
        let (id, entered) = self.object.enter(ObjectKind::Atomic);
        match entered {
            Entered::Again => {}
            Entered::New => self.initial.set(self.get()),
            Entered::LeftOver => self.set(self.initial.get()),
        }
        id
    }

    fn get(&self) -> T {
        // SAFETY: coroutines on one thread, and no reference is handed out while the atomic is shared.
        #[allow(unsafe_code, reason = "reads the value")]
        unsafe {
            *self.value.get()
        }
    }

    fn set(&self, value: T) {
        // SAFETY: as in `get`.
        #[allow(unsafe_code, reason = "writes the value")]
        unsafe {
            *self.value.get() = value;
        }
    }

    fn load(&self, order: Ordering, at: Place, show: fn(&T) -> Scalar) -> T {
        let id = self.enter();
        kernel::step(Step::on(Op::Load, id, at));
        let value = self.get();
        kernel::with(|kernel| {
            kernel.record(Op::Load, Some(id), at, |entry| {
                entry.after = show(&value);
                entry.ordering = Some(ordering_name(order));
            });
        });
        value
    }

    fn store(&self, value: T, order: Ordering, at: Place, show: fn(&T) -> Scalar) {
        self.write(Op::Store, order, at, show, |_| value);
    }

    fn update(&self, order: Ordering, at: Place, show: fn(&T) -> Scalar, f: impl FnOnce(T) -> T) -> T {
        self.write(Op::ReadModifyWrite, order, at, show, f)
    }

    fn write(&self, op: Op, order: Ordering, at: Place, show: fn(&T) -> Scalar, f: impl FnOnce(T) -> T) -> T {
        let id = self.enter();
        kernel::step(Step::on(op, id, at));
        let before = self.get();
        let after = f(before);
        self.set(after);
        kernel::with(|kernel| {
            kernel.changes(id, parts::VALUE, bits(before), bits(after));
            kernel.record(op, Some(id), at, |entry| {
                entry.before = show(&before);
                entry.after = show(&after);
                entry.ordering = Some(ordering_name(order));
            });
        });
        before
    }

    fn compare_exchange(
        &self,
        current: T,
        new: T,
        order: Ordering,
        weak: bool,
        at: Place,
        show: fn(&T) -> Scalar,
    ) -> Result<T, T> {
        let id = self.enter();
        // Where the values differ, it fails anyway.
        let whim = || self.get() == current;
        let whim: Option<&Whim<'_>> = if weak { Some(&whim) } else { None };
        let turn = kernel::step(Step::on(Op::CompareExchange, id, at).or(whim));
        let before = self.get();
        let exchanged = before == current && turn != Turn::Spurious;
        let after = if exchanged { new } else { before };
        self.set(after);
        kernel::with(|kernel| {
            kernel.changes(id, parts::VALUE, bits(before), bits(after));
            kernel.record(Op::CompareExchange, Some(id), at, |entry| {
                entry.before = show(&before);
                entry.after = show(&after);
                entry.ok = Some(exchanged);
                entry.ordering = Some(ordering_name(order));
                entry.cause = (turn == Turn::Spurious).then_some(kata_trace::Cause::Spurious);
            });
        });
        if exchanged { Ok(before) } else { Err(before) }
    }
}

/// The value of an atomic as a number.
fn bits<T: Copy>(value: T) -> u64 {
    const { assert!(size_of::<T>() <= size_of::<u64>()) };
    let mut bits = 0;
    // SAFETY: the value fits, and integers, booleans and thin pointers have no bytes without a value.
    #[allow(unsafe_code, reason = "copies the bytes of a scalar")]
    unsafe {
        std::ptr::copy_nonoverlapping(
            std::ptr::from_ref(&value).cast::<u8>(),
            std::ptr::from_mut(&mut bits).cast::<u8>(),
            size_of::<T>(),
        );
    }
    bits
}

macro_rules! atomic_common {
    ($name:ident $([$generic:ident])?, $type:ty, $show:expr) => {
        impl $(<$generic>)? $name $(<$generic>)? {
            /// An atomic with a value.
            #[track_caller]
            pub const fn new(value: $type) -> Self {
                $name(RawAtomic::new(value))
            }

            /// The value, without synchronising: the exclusive borrow proves that nobody else has it.
            pub fn get_mut(&mut self) -> &mut $type {
                self.0.enter();
                self.0.value.get_mut()
            }

            /// The value.
            pub const fn into_inner(self) -> $type
            where
                $type: Copy,
            {
                self.0.value.into_inner()
            }

            /// Reads.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $type {
                check_load(order);
                self.0.load(order, Location::caller(), $show)
            }

            /// Writes.
            #[track_caller]
            pub fn store(&self, value: $type, order: Ordering) {
                check_store(order);
                self.0.store(value, order, Location::caller(), $show);
            }

            /// Writes and returns the value before.
            #[track_caller]
            pub fn swap(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), $show, |_| value)
            }

            /// Writes `new` if the value is `current`.
            ///
            /// # Errors
            ///
            /// The value, if it is another.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                check_failure(failure);
                self.0.compare_exchange(current, new, success, false, Location::caller(), $show)
            }

            /// As `compare_exchange`, and may fail for no reason.
            ///
            /// # Errors
            ///
            /// The value.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $type,
                new: $type,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$type, $type> {
                check_failure(failure);
                self.0.compare_exchange(current, new, success, true, Location::caller(), $show)
            }

            /// Writes `new` if the value is `current`; returns the value before.
            #[track_caller]
            #[deprecated(since = "1.50.0", note = "use `compare_exchange` or `compare_exchange_weak` instead")]
            pub fn compare_and_swap(&self, current: $type, new: $type, order: Ordering) -> $type {
                match self.0.compare_exchange(current, new, order, false, Location::caller(), $show) {
                    Ok(value) | Err(value) => value,
                }
            }

            /// Applies `update` until no other thread has interfered, or it returns `None`.
            ///
            /// # Errors
            ///
            /// The value, if `update` returned `None`.
            #[track_caller]
            pub fn fetch_update<F: FnMut($type) -> Option<$type>>(
                &self,
                success: Ordering,
                failure: Ordering,
                mut update: F,
            ) -> Result<$type, $type> {
                let at = Location::caller();
                check_load(failure);
                let mut value = self.0.load(failure, at, $show);
                while let Some(next) = update(value) {
                    match self.0.compare_exchange(value, next, success, true, at, $show) {
                        Ok(before) => return Ok(before),
                        Err(now) => value = now,
                    }
                }
                Err(value)
            }

            /// As `fetch_update`.
            ///
            /// # Errors
            ///
            /// The value, if `update` returned `None`.
            #[track_caller]
            pub fn try_update(
                &self,
                success: Ordering,
                failure: Ordering,
                update: impl FnMut($type) -> Option<$type>,
            ) -> Result<$type, $type> {
                self.fetch_update(success, failure, update)
            }

            /// Applies `update` until no other thread has interfered; returns the value before.
            #[track_caller]
            pub fn update(
                &self,
                success: Ordering,
                failure: Ordering,
                mut update: impl FnMut($type) -> $type,
            ) -> $type {
                match self.fetch_update(success, failure, |value| Some(update(value))) {
                    Ok(before) | Err(before) => before,
                }
            }

            /// An atomic out of a plain variable: this world's are no plain variables.
            ///
            /// # Safety
            ///
            /// None: it always panics.
            ///
            /// # Panics
            ///
            /// Always.
            #[deprecated(note = "kata: what is done to the variable behind an atomic cannot be seen; make the variable an atomic instead")]
            #[allow(unsafe_code, reason = "std has it")]
            pub const unsafe fn from_ptr<'a>(_pointer: *mut $type) -> &'a Self {
                panic!("not modelled")
            }

            /// A pointer to the value.
            #[deprecated(note = "kata: what is done through the pointer of `as_ptr` cannot be seen; use the atomic's own operations instead")]
            pub const fn as_ptr(&self) -> *mut $type {
                self.0.value.get()
            }
        }

        coroutine_safe! {
            unsafe impl [$($generic)?] Send for $name $(<$generic>)?;
            unsafe impl [$($generic)?] Sync for $name $(<$generic>)?;
        }
        impl $(<$generic>)? RefUnwindSafe for $name $(<$generic>)? {}

        impl $(<$generic>)? From<$type> for $name $(<$generic>)? {
            #[track_caller]
            fn from(value: $type) -> Self {
                $name::new(value)
            }
        }

        impl $(<$generic>)? fmt::Debug for $name $(<$generic>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.get().fmt(f)
            }
        }
    };
}

macro_rules! atomic_int {
    ($($name:ident $type:ident)*) => {$(
        #[doc = concat!("`std::sync::atomic::", stringify!($name), "` in this world.")]
        pub struct $name(RawAtomic<$type>);

        atomic_common!($name, $type, Scalar::of);

        impl $name {
            /// Adds, wrapping around; returns the value before.
            #[track_caller]
            pub fn fetch_add(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before.wrapping_add(value))
            }

            /// Subtracts, wrapping around; returns the value before.
            #[track_caller]
            pub fn fetch_sub(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before.wrapping_sub(value))
            }

            /// Bitwise and; returns the value before.
            #[track_caller]
            pub fn fetch_and(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before & value)
            }

            /// Bitwise nand; returns the value before.
            #[track_caller]
            pub fn fetch_nand(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| !(before & value))
            }

            /// Bitwise or; returns the value before.
            #[track_caller]
            pub fn fetch_or(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before | value)
            }

            /// Bitwise exclusive or; returns the value before.
            #[track_caller]
            pub fn fetch_xor(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before ^ value)
            }

            /// The greater of both; returns the value before.
            #[track_caller]
            pub fn fetch_max(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before.max(value))
            }

            /// The smaller of both; returns the value before.
            #[track_caller]
            pub fn fetch_min(&self, value: $type, order: Ordering) -> $type {
                self.0.update(order, Location::caller(), Scalar::of, |before| before.min(value))
            }
        }

        impl Default for $name {
            #[track_caller]
            fn default() -> Self {
                $name::new(0)
            }
        }
    )*};
}

atomic_int! {
    AtomicI8 i8 AtomicI16 i16 AtomicI32 i32 AtomicI64 i64 AtomicIsize isize
    AtomicU8 u8 AtomicU16 u16 AtomicU32 u32 AtomicU64 u64 AtomicUsize usize
}

/// `std::sync::atomic::AtomicBool` in this world.
pub struct AtomicBool(RawAtomic<bool>);

atomic_common!(AtomicBool, bool, Scalar::of);

impl AtomicBool {
    /// Logical and; returns the value before.
    #[track_caller]
    pub fn fetch_and(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, Location::caller(), Scalar::of, |before| before & value)
    }

    /// Logical nand; returns the value before.
    #[track_caller]
    pub fn fetch_nand(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, Location::caller(), Scalar::of, |before| !(before & value))
    }

    /// Logical or; returns the value before.
    #[track_caller]
    pub fn fetch_or(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, Location::caller(), Scalar::of, |before| before | value)
    }

    /// Logical exclusive or; returns the value before.
    #[track_caller]
    pub fn fetch_xor(&self, value: bool, order: Ordering) -> bool {
        self.0.update(order, Location::caller(), Scalar::of, |before| before ^ value)
    }

    /// Logical not; returns the value before.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.0.update(order, Location::caller(), Scalar::of, |before| !before)
    }
}

impl Default for AtomicBool {
    #[track_caller]
    fn default() -> Self {
        AtomicBool::new(false)
    }
}

/// `std::sync::atomic::AtomicPtr` in this world.
pub struct AtomicPtr<T>(RawAtomic<*mut T>);

atomic_common!(AtomicPtr[T], *mut T, |pointer| Scalar::Pointer(pointer.is_null()));

macro_rules! pointer_arithmetic {
    ($($(#[$doc:meta])* $name:ident($value:ident: usize) $update:expr;)*) => {
        impl<T> AtomicPtr<T> {$(
            $(#[$doc])*
            #[track_caller]
            pub fn $name(&self, $value: usize, order: Ordering) -> *mut T {
                self.0.update(order, Location::caller(), |pointer| Scalar::Pointer(pointer.is_null()), $update)
            }
        )*}
    };
}

pointer_arithmetic! {
    /// Moves the pointer on by so many values; returns the pointer before.
    fetch_ptr_add(values: usize) |pointer: *mut T| pointer.wrapping_add(values);
    /// Moves the pointer back by so many values; returns the pointer before.
    fetch_ptr_sub(values: usize) |pointer: *mut T| pointer.wrapping_sub(values);
    /// Moves the pointer on by so many bytes; returns the pointer before.
    fetch_byte_add(bytes: usize) |pointer: *mut T| pointer.wrapping_byte_add(bytes);
    /// Moves the pointer back by so many bytes; returns the pointer before.
    fetch_byte_sub(bytes: usize) |pointer: *mut T| pointer.wrapping_byte_sub(bytes);
    /// Bitwise or with the address; returns the pointer before.
    fetch_or(bits: usize) |pointer: *mut T| pointer.map_addr(|address| address | bits);
    /// Bitwise and with the address; returns the pointer before.
    fetch_and(bits: usize) |pointer: *mut T| pointer.map_addr(|address| address & bits);
    /// Bitwise exclusive or with the address; returns the pointer before.
    fetch_xor(bits: usize) |pointer: *mut T| pointer.map_addr(|address| address ^ bits);
}

impl<T> Default for AtomicPtr<T> {
    #[track_caller]
    fn default() -> Self {
        AtomicPtr::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.0.get(), f)
    }
}

/// A fence: a scheduling point is not needed, since memory is sequentially consistent here.
///
/// # Panics
///
/// With `Relaxed`, as std's.
#[track_caller]
pub fn fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
    let at = Location::caller();
    kernel::with(|kernel| kernel.record(Op::Fence, None, at, |entry| entry.ordering = Some(ordering_name(order))));
}

/// A fence against the compiler alone: nothing to a model that has no compiler's reorderings.
///
/// # Panics
///
/// With `Relaxed`, as std's.
#[track_caller]
pub fn compiler_fence(order: Ordering) {
    assert!(order != Ordering::Relaxed, "there is no such thing as a relaxed fence");
}

/// See [`crate::thread::spin_loop`].
#[track_caller]
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
pub fn spin_loop_hint() {
    crate::thread::spin_loop();
}
