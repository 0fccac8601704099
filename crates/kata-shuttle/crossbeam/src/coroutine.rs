//! Threads of a model are coroutines.

/// Declares that a type is as `Send` and `Sync` as crossbeam's: a model's threads are coroutines of one thread.
macro_rules! coroutine_safe {
    ($(unsafe impl [$($generics:tt)*] $trait:ident for $type:ty;)*) => {$(
        // SAFETY: all threads of an execution are coroutines on one operating-system thread: there are no parallel
        // accesses. The bounds are those of crossbeam, so that what compiles here compiles there.
        #[allow(unsafe_code, reason = "a model's threads are coroutines")]
        unsafe impl<$($generics)*> $trait for $type {}
    )*};
}
pub(crate) use coroutine_safe;
