//! A value behind a lock, as the world sees it.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::Location;

use kata_shuttle::Scalar;
use kata_shuttle::sync::raw::{Memory, Shown};

pub(crate) type Place = &'static Location<'static>;

/// A value that only those borrow who hold its lock.
pub(crate) struct Guarded<T: ?Sized> {
    memory: Memory,
    value: UnsafeCell<T>,
}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Self {
        Guarded { memory: Memory::new(), value: UnsafeCell::new(value) }
    }

    pub(crate) fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Guarded<T> {
    /// What the log shows of the value.
    pub(crate) fn shown<R>(&self, f: impl FnOnce(&Shown<'_>) -> R) -> R {
        f(&Shown { enter: &|entered| self.memory.apply(entered, self.value.get()), value: &|| self.scalar() })
    }

    pub(crate) fn scalar(&self) -> Scalar {
        // SAFETY: called by a thread that holds the lock, while no mutable borrow of the value is in use.
        #[allow(unsafe_code, reason = "reads the protected value")]
        Scalar::of(unsafe { &*self.value.get() })
    }

    pub(crate) fn pointer(&self) -> *mut T {
        self.value.get()
    }

    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

/// What a guard of a part of a value does when it is dropped.
pub(crate) struct Release<'a>(Option<Box<dyn FnOnce(Option<Place>) + 'a>>);

impl<'a> Release<'a> {
    pub(crate) fn new(release: impl FnOnce(Option<Place>) + 'a) -> Self {
        Release(Some(Box::new(release)))
    }

    pub(crate) fn nothing() -> Self {
        Release(None)
    }

    /// Releases; `wrote` is where the value was last borrowed mutably.
    pub(crate) fn now(&mut self, wrote: Option<Place>) {
        if let Some(release) = self.0.take() {
            release(wrote);
        }
    }
}

/// As parking_lot writes a lock.
pub(crate) fn debug<T: ?Sized + fmt::Debug>(name: &str, value: Option<&T>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value {
        Some(value) => f.debug_struct(name).field("data", &value).finish(),
        None => f.debug_struct(name).field("data", &format_args!("<locked>")).finish(),
    }
}

/// Declares what guards have in common.
macro_rules! guard {
    ($name:ident: |$guard:ident| $pointer:expr $(, writes $wrote:ident)?) => {
        impl<T: ?Sized> std::ops::Deref for $name<'_, T> {
            type Target = T;

            fn deref(&self) -> &T {
                let $guard = self;
                // SAFETY: the guard's thread holds the lock.
                #[allow(unsafe_code, reason = "borrows the protected value")]
                unsafe {
                    &*$pointer
                }
            }
        }

        $(
            impl<T: ?Sized> std::ops::DerefMut for $name<'_, T> {
                #[track_caller]
                fn deref_mut(&mut self) -> &mut T {
                    self.$wrote = Some(std::panic::Location::caller());
                    let $guard = self;
                    // SAFETY: the guard's thread holds the lock alone.
                    #[allow(unsafe_code, reason = "borrows the protected value")]
                    unsafe {
                        &mut *$pointer
                    }
                }
            }
        )?

        impl<T: ?Sized + std::fmt::Debug> std::fmt::Debug for $name<'_, T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }

        impl<T: ?Sized + std::fmt::Display> std::fmt::Display for $name<'_, T> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                (**self).fmt(f)
            }
        }
    };
}
pub(crate) use guard;

/// Declares that a type is as `Send` and `Sync` as parking_lot's: a model's threads are coroutines of one thread.
macro_rules! coroutine_safe {
    ($(unsafe impl [$($generics:tt)*] $trait:ident for $type:ty;)*) => {$(
        // SAFETY: all threads of an execution are coroutines on one operating-system thread: there are no parallel
        // accesses. The bounds are those of parking_lot, so that what compiles here compiles there.
        #[allow(unsafe_code, reason = "a model's threads are coroutines")]
        unsafe impl<$($generics)*> $trait for $type {}
    )*};
}
pub(crate) use coroutine_safe;
