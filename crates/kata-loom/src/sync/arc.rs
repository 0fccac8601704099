//! `Arc` and `Weak`.
//!
//! The value lives in std's own `Arc`. Beside it, every clone has a clone of one of loom's, whose counting orders memory
//! and is explored, and whose last clone must go before the execution ends. A program's own pointer type cannot be
//! coerced to `Arc<dyn Trait>` or `Arc<[T]>` on stable Rust; `Arc::from(Box<dyn Trait>)` and `Arc::from(Vec<T>)` make
//! them, here and in std.

use std::any::Any;
use std::borrow::{Borrow, Cow};
use std::cell::Cell;
use std::cmp::Ordering;
use std::error::Error;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::pin::Pin;
use std::sync::Arc as StdArc;
use std::sync::Weak as StdWeak;

use crate::demand::{self, Demand};
use crate::execution::{self, Place, joined, outside, switching};
use crate::knowledge::Legacy;
use crate::point::Point;

/// `std::sync::Arc`.
pub struct Arc<T: ?Sized> {
    value: ManuallyDrop<StdArc<T>>,
    token: ManuallyDrop<loom::sync::Arc<()>>,
    counts: StdArc<Counts>,
}

/// `std::sync::Weak`.
pub struct Weak<T: ?Sized> {
    value: StdWeak<T>,
    /// `None` for [`Weak::new`].
    counts: Option<StdArc<Counts>>,
}

// SAFETY: as for std's.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync + Send> Send for Arc<T> {}
// SAFETY: as for std's.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync + Send> Sync for Arc<T> {}
// SAFETY: as for std's.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync + Send> Send for Weak<T> {}
// SAFETY: as for std's.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: ?Sized + Sync + Send> Sync for Weak<T> {}

impl<T: ?Sized + RefUnwindSafe> UnwindSafe for Arc<T> {}

/// What all pointers to a value share.
struct Counts {
    serial: u32,
    /// Where those meet who change the counts and those who look at them.
    point: Point,
    /// There has been a weak pointer.
    weak: Cell<bool>,
    legacy: Legacy,
    /// loom's pointer, to be cloned by those who upgrade. Valid while there is a strong pointer.
    token: *const (),
}

impl Counts {
    /// A scheduling point, if anybody may look at the counts. Says whether that is so.
    fn meet(&self) -> bool {
        let meets = self.weak.get() || demand::is_met(Demand::Counts);
        if meets {
            self.point.visit();
        }
        meets
    }

    /// Counts one strong pointer less. If it was the last one, everything that the others did has happened.
    fn release(&self, token: loom::sync::Arc<()>) {
        crate::cell::settle();
        if self.meet() {
            joined(|| drop(token));
        } else {
            switching(|| drop(token));
        }
        self.legacy.leave();
    }
}

impl<T: ?Sized> Arc<T> {
    fn from_std(value: StdArc<T>, created: Place) -> Self {
        let token = outside(|| loom::sync::Arc::new(()));
        let counts = Counts {
            serial: execution::with(|e| e.add_arc(created)),
            point: Point::new(),
            weak: Cell::new(false),
            legacy: Legacy::default(),
            token: loom::sync::Arc::as_ptr(&token),
        };
        Arc {
            value: ManuallyDrop::new(value),
            token: ManuallyDrop::new(token),
            // Behind an `Arc` because weak pointers need it after the value.
            #[allow(clippy::arc_with_non_send_sync, reason = "a model's threads are coroutines")]
            counts: StdArc::new(counts),
        }
    }

    /// Takes the value's pointer out of this one.
    fn release(self) -> StdArc<T> {
        let mut this = ManuallyDrop::new(self);
        // SAFETY: each field is taken once, out of a value that is not dropped.
        #[allow(unsafe_code, reason = "a type with `Drop` cannot be taken apart otherwise")]
        let (value, token, counts) = unsafe {
            (ManuallyDrop::take(&mut this.value), ManuallyDrop::take(&mut this.token), std::ptr::read(&this.counts))
        };
        counts.release(token);
        value
    }

    /// Whether this is the only strong pointer; if so, everything that the others did has happened.
    fn is_unique(&mut self) -> bool {
        self.counts.meet();
        crate::cell::settle();
        let token = &mut *self.token;
        let unique = switching(|| loom::sync::Arc::get_mut(token).is_some());
        self.counts.legacy.take();
        unique
    }

    /// The value, if this is the only pointer to it.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        if this.is_unique() { StdArc::get_mut(&mut this.value) } else { None }
    }

    /// The number of strong pointers.
    #[must_use]
    pub fn strong_count(this: &Self) -> usize {
        crate::cell::settle();
        demand::require(Demand::Counts);
        this.counts.meet();
        StdArc::strong_count(&this.value)
    }

    /// The number of weak pointers.
    #[must_use]
    pub fn weak_count(this: &Self) -> usize {
        crate::cell::settle();
        demand::require(Demand::Counts);
        this.counts.meet();
        StdArc::weak_count(&this.value)
    }

    /// A weak pointer.
    #[must_use = "this returns a new `Weak` pointer, without modifying the original `Arc`"]
    pub fn downgrade(this: &Self) -> Weak<T> {
        this.counts.weak.set(true);
        Weak { value: StdArc::downgrade(&this.value), counts: Some(StdArc::clone(&this.counts)) }
    }

    /// Whether both point to the same value.
    #[must_use]
    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        StdArc::ptr_eq(&this.value, &other.value)
    }

    /// A pointer to the value.
    #[must_use]
    pub fn as_ptr(this: &Self) -> *const T {
        StdArc::as_ptr(&this.value)
    }

    /// A pointer to the value, in place of this one.
    #[must_use = "losing the pointer will leak memory"]
    pub fn into_raw(this: Self) -> *const T {
        let pointer = Arc::as_ptr(&this);
        let this = ManuallyDrop::new(this);
        // SAFETY: the fields are read out of a value that is not dropped; the value's own count goes with the pointer.
        #[allow(unsafe_code, reason = "a type with `Drop` cannot be taken apart otherwise")]
        let (token, counts) = unsafe { (std::ptr::read(&*this.token), std::ptr::read(&this.counts)) };
        execution::with(|e| e.keep_raw(pointer.cast::<()>().addr(), Box::new((token, counts))));
        pointer
    }

    /// What [`Arc::into_raw`] gave away.
    ///
    /// # Safety
    ///
    /// As for std's: the pointer comes from [`Arc::into_raw`] and is used once.
    #[allow(unsafe_code, reason = "as in std")]
    pub unsafe fn from_raw(pointer: *const T) -> Self {
        let kept = execution::with(|e| e.take_raw(pointer.cast::<()>().addr()));
        let kept = kept.and_then(|kept| kept.downcast::<(loom::sync::Arc<()>, StdArc<Counts>)>().ok());
        let (token, counts) = *kept.expect("`Arc::from_raw` gets what `Arc::into_raw` returned, once");
        // SAFETY: as the caller promises.
        let value = unsafe { StdArc::from_raw(pointer) };
        Arc { value: ManuallyDrop::new(value), token: ManuallyDrop::new(token), counts }
    }

    /// Counts one more strong pointer.
    ///
    /// # Safety
    ///
    /// As for std's: the pointer comes from [`Arc::into_raw`] and there is a strong pointer.
    #[allow(unsafe_code, reason = "as in std")]
    pub unsafe fn increment_strong_count(pointer: *const T) {
        // SAFETY: as the caller promises.
        let this = unsafe { Arc::from_raw(pointer) };
        let more = this.clone();
        let _ = (Arc::into_raw(this), Arc::into_raw(more));
    }

    /// Counts one strong pointer less.
    ///
    /// # Safety
    ///
    /// As for std's: the pointer comes from [`Arc::into_raw`] and there is a strong pointer.
    #[allow(unsafe_code, reason = "as in std")]
    pub unsafe fn decrement_strong_count(pointer: *const T) {
        // SAFETY: as the caller promises.
        drop(unsafe { Arc::from_raw(pointer) });
    }
}

impl<T> Arc<T> {
    /// A value with a pointer to it.
    #[track_caller]
    pub fn new(value: T) -> Self {
        Arc::from_std(StdArc::new(value), Location::caller())
    }

    /// A value that knows its own address.
    #[track_caller]
    pub fn new_cyclic<F>(data: F) -> Self
    where
        F: FnOnce(&Weak<T>) -> T,
    {
        let created = Location::caller();
        // The tokens come first: the weak pointer that `data` gets needs them.
        let token = outside(|| loom::sync::Arc::new(()));
        #[allow(clippy::arc_with_non_send_sync, reason = "a model's threads are coroutines")]
        let counts = StdArc::new(Counts {
            serial: execution::with(|e| e.add_arc(created)),
            point: Point::new(),
            weak: Cell::new(false),
            legacy: Legacy::default(),
            token: loom::sync::Arc::as_ptr(&token),
        });
        counts.weak.set(true);
        let value =
            StdArc::new_cyclic(|value| data(&Weak { value: value.clone(), counts: Some(StdArc::clone(&counts)) }));
        Arc { value: ManuallyDrop::new(value), token: ManuallyDrop::new(token), counts }
    }

    /// A value that does not move.
    #[must_use]
    #[track_caller]
    pub fn pin(value: T) -> Pin<Arc<T>> {
        let this = Arc::from_std(StdArc::new(value), Location::caller());
        // SAFETY: an `Arc` does not move its value, and gives `&mut T` to nobody who has it pinned.
        #[allow(unsafe_code, reason = "as in std")]
        unsafe {
            Pin::new_unchecked(this)
        }
    }

    /// The value, if this is the only strong pointer to it.
    ///
    /// # Errors
    ///
    /// The pointer, if it is not.
    pub fn try_unwrap(mut this: Self) -> Result<T, Self> {
        if !this.is_unique() {
            return Err(this);
        }
        match StdArc::try_unwrap(this.release()) {
            Ok(value) => Ok(value),
            Err(_) => unreachable!("the only strong pointer is this one"),
        }
    }

    /// Drops the pointer; the value, if it was the last strong one.
    pub fn into_inner(this: Self) -> Option<T> {
        let counts = StdArc::clone(&this.counts);
        let value = StdArc::into_inner(this.release());
        if value.is_some() {
            counts.legacy.take();
            execution::with(|e| e.remove_arc(counts.serial));
        }
        value
    }

    /// The value, cloned unless this is the only strong pointer.
    pub fn unwrap_or_clone(this: Self) -> T
    where
        T: Clone,
    {
        Arc::try_unwrap(this).unwrap_or_else(|this| (*this).clone())
    }
}

impl<T: Clone> Arc<T> {
    /// The value, of which this becomes the only pointer, by cloning it if need be.
    #[track_caller]
    pub fn make_mut(this: &mut Self) -> &mut T {
        if !this.is_unique() || StdArc::weak_count(&this.value) > 0 {
            *this = Arc::new((**this).clone());
        }
        StdArc::get_mut(&mut this.value).expect("this is the only pointer")
    }
}

impl Arc<dyn Any + Send + Sync> {
    /// The same pointer with the type of the value.
    ///
    /// # Errors
    ///
    /// The pointer, if the value is of another type.
    pub fn downcast<T>(self) -> Result<Arc<T>, Self>
    where
        T: Any + Send + Sync,
    {
        if !(*self).is::<T>() {
            return Err(self);
        }
        let mut this = ManuallyDrop::new(self);
        // SAFETY: each field is taken once, out of a value that is not dropped.
        #[allow(unsafe_code, reason = "a type with `Drop` cannot be taken apart otherwise")]
        let (value, token, counts) =
            unsafe { (ManuallyDrop::take(&mut this.value), std::ptr::read(&this.token), std::ptr::read(&this.counts)) };
        match value.downcast::<T>() {
            Ok(value) => Ok(Arc { value: ManuallyDrop::new(value), token, counts }),
            Err(_) => unreachable!("the type was checked"),
        }
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    fn clone(&self) -> Self {
        crate::cell::settle();
        let token = if self.counts.meet() {
            joined(|| loom::sync::Arc::clone(&self.token))
        } else {
            switching(|| loom::sync::Arc::clone(&self.token))
        };
        Arc {
            value: ManuallyDrop::new(StdArc::clone(&self.value)),
            token: ManuallyDrop::new(token),
            counts: StdArc::clone(&self.counts),
        }
    }
}

impl<T: ?Sized> Drop for Arc<T> {
    fn drop(&mut self) {
        if execution::is_over() {
            return;
        }
        // SAFETY: the fields are not used again.
        #[allow(unsafe_code, reason = "the order of the two matters, and what is between them")]
        let token = unsafe { ManuallyDrop::take(&mut self.token) };
        self.counts.release(token);
        if StdArc::strong_count(&self.value) == 1 {
            self.counts.legacy.take();
            execution::with(|e| e.remove_arc(self.counts.serial));
        }
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "the order of the two matters, and what is between them")]
        unsafe {
            ManuallyDrop::drop(&mut self.value);
        }
    }
}

impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> AsRef<T> for Arc<T> {
    fn as_ref(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> Borrow<T> for Arc<T> {
    fn borrow(&self) -> &T {
        &self.value
    }
}

impl<T: ?Sized> Unpin for Arc<T> {}

impl<T: Default> Default for Arc<T> {
    #[track_caller]
    fn default() -> Self {
        Arc::new(T::default())
    }
}

impl<T> From<T> for Arc<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        Arc::new(value)
    }
}

macro_rules! from_what_std_takes {
    ($([$($generics:tt)*] $from:ty => $to:ty;)*) => {$(
        impl<$($generics)*> From<$from> for Arc<$to> {
            #[track_caller]
            fn from(value: $from) -> Self {
                Arc::from_std(StdArc::from(value), Location::caller())
            }
        }
    )*};
}

from_what_std_takes! {
    [T: ?Sized] Box<T> => T;
    [T] Vec<T> => [T];
    [T: Clone] &[T] => [T];
    [T, const N: usize] [T; N] => [T];
    [] &str => str;
    [] String => str;
}

impl<'a, B: ?Sized + ToOwned> From<Cow<'a, B>> for Arc<B>
where
    Arc<B>: From<&'a B> + From<B::Owned>,
{
    #[track_caller]
    fn from(value: Cow<'a, B>) -> Self {
        match value {
            Cow::Borrowed(value) => Arc::from(value),
            Cow::Owned(value) => Arc::from(value),
        }
    }
}

impl<T> FromIterator<T> for Arc<[T]> {
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Arc::from_std(StdArc::from_iter(values), Location::caller())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Display> fmt::Display for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized> fmt::Pointer for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&Arc::as_ptr(self), f)
    }
}

impl<T: ?Sized + PartialEq> PartialEq for Arc<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: ?Sized + Eq> Eq for Arc<T> {}

impl<T: ?Sized + PartialOrd> PartialOrd for Arc<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: ?Sized + Ord> Ord for Arc<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: ?Sized + Hash> Hash for Arc<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: ?Sized + Error> Error for Arc<T> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        (**self).source()
    }
}

impl<T> Weak<T> {
    /// A pointer to nothing.
    #[must_use]
    pub const fn new() -> Self {
        Weak { value: StdWeak::new(), counts: None }
    }
}

impl<T: ?Sized> Weak<T> {
    /// A strong pointer, if there is another one.
    #[must_use = "this returns a new `Arc`, without modifying the original weak pointer"]
    pub fn upgrade(&self) -> Option<Arc<T>> {
        let counts = self.counts.as_ref()?;
        crate::cell::settle();
        counts.meet();
        let value = self.value.upgrade()?;
        let token = counts.token;
        // SAFETY: a strong pointer to the value exists, so that its token does; loom counts one more for this one.
        #[allow(unsafe_code, reason = "loom has no weak pointers")]
        let token = joined(|| unsafe {
            loom::sync::Arc::increment_strong_count(token);
            loom::sync::Arc::from_raw(token)
        });
        Some(Arc { value: ManuallyDrop::new(value), token: ManuallyDrop::new(token), counts: StdArc::clone(counts) })
    }

    /// The number of strong pointers.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        crate::cell::settle();
        demand::require(Demand::Counts);
        if let Some(counts) = &self.counts {
            counts.meet();
        }
        self.value.strong_count()
    }

    /// The number of weak pointers, or 0 if there is no strong one.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        crate::cell::settle();
        demand::require(Demand::Counts);
        if let Some(counts) = &self.counts {
            counts.meet();
        }
        self.value.weak_count()
    }

    /// Whether both point to the same value.
    #[must_use]
    pub fn ptr_eq(&self, other: &Self) -> bool {
        self.value.ptr_eq(&other.value)
    }

    /// A pointer to the value, which may be gone.
    #[must_use]
    pub fn as_ptr(&self) -> *const T
    where
        T: Sized,
    {
        self.value.as_ptr()
    }
}

impl<T: ?Sized> Clone for Weak<T> {
    fn clone(&self) -> Self {
        Weak { value: self.value.clone(), counts: self.counts.clone() }
    }
}

impl<T> Default for Weak<T> {
    fn default() -> Self {
        Weak::new()
    }
}

impl<T: ?Sized> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
