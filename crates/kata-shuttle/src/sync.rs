//! `std::sync` in this world.

pub mod atomic;
mod barrier;
mod condvar;
mod lazy_lock;
pub mod mpsc;
mod mutex;
mod once;
mod once_lock;
pub mod raw;
mod rwlock;

pub use barrier::{Barrier, BarrierWaitResult};
pub use condvar::{Condvar, WaitTimeoutResult};
pub use lazy_lock::LazyLock;
pub use mutex::{Mutex, MutexGuard};
pub use once::{Once, OnceState};
pub use once_lock::OnceLock;
pub use rwlock::{RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use std::sync::{Arc, LockResult, PoisonError, TryLockError, TryLockResult, Weak};

/// Declares that a type is as `Send` and `Sync` as std's: a model's threads are coroutines of one thread.
macro_rules! coroutine_safe {
    ($(unsafe impl [$($generics:tt)*] $trait:ident for $type:ty;)*) => {$(
        // SAFETY: all threads of an execution are coroutines on one operating-system thread: there are no parallel
        // accesses. The bounds are those of std, so that what compiles here compiles there.
        #[allow(unsafe_code, reason = "a model's threads are coroutines")]
        unsafe impl<$($generics)*> $trait for $type {}
    )*};
}
pub(crate) use coroutine_safe;
