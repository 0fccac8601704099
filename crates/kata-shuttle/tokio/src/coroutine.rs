//! What is `Send` and `Sync` because all threads of a model are coroutines.

use std::ops::Deref;
use std::rc::Rc;

/// Shared among the threads of a model.
pub(crate) struct Shared<T: ?Sized>(Rc<T>);

impl<T> Shared<T> {
    pub(crate) fn new(value: T) -> Self {
        Shared(Rc::new(value))
    }

    pub(crate) fn same(one: &Self, other: &Self) -> bool {
        Rc::ptr_eq(&one.0, &other.0)
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Rc::clone(&self.0))
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Declares that a type is `Send` or `Sync`: a model's threads are coroutines of one thread.
macro_rules! coroutine_safe {
    ($(unsafe impl [$($generics:tt)*] $trait:ident for $type:ty;)*) => {$(
        // SAFETY: all threads of an execution are coroutines on one operating-system thread: there are no parallel
        // accesses. The bounds of public types are those of tokio, so that what compiles here compiles there.
        #[allow(unsafe_code, reason = "a model's threads are coroutines")]
        unsafe impl<$($generics)*> $trait for $type {}
    )*};
}
pub(crate) use coroutine_safe;

coroutine_safe! {
    unsafe impl [T: ?Sized] Send for Shared<T>;
    unsafe impl [T: ?Sized] Sync for Shared<T>;
}
