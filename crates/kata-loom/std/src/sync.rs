//! `std::sync`.

pub use kata_loom::sync::{Arc, Condvar, Mutex, MutexGuard, WaitTimeoutResult, Weak};
pub use kata_loom::sync::{LockResult, PoisonError, TryLockError, TryLockResult};

/// `std::sync::atomic`.
pub mod atomic {
    pub use kata_loom::sync::atomic::{
        AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16, AtomicU32,
        AtomicU64, AtomicUsize, Ordering, compiler_fence, fence,
    };
}
