//! What stands for `std` in the real world: the real one, with the modules that can block replaced by observed ones.
//!
//! The lists are explicit. Two globs in one module would resolve to the real item without a word.

pub use std::*;

pub mod sync {
    //! `std::sync`, observed.

    pub use kata_real::sync::{
        Barrier, BarrierWaitResult, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
        WaitTimeoutResult, mpsc,
    };
    pub use std::sync::{
        Arc, LazyLock, LockResult, Once, OnceLock, OnceState, PoisonError, TryLockError, TryLockResult, Weak, atomic,
    };
}

pub mod thread {
    //! `std::thread`, observed.

    pub use kata_real::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
    #[allow(deprecated, reason = "std still has them")]
    pub use kata_real::thread::{park_timeout_ms, sleep_ms};
}

pub mod panic {
    //! `std::panic`, without the hook: it belongs to the checker here.

    pub use std::panic::{
        AssertUnwindSafe, Location, PanicHookInfo, RefUnwindSafe, UnwindSafe, catch_unwind, panic_any, resume_unwind,
    };

    /// See `std::panic::set_hook`. It does nothing here.
    #[deprecated(note = "kata: the panic hook belongs to the checker; handle the panic where the thread is joined")]
    pub fn set_hook(_hook: Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>) {}

    /// See `std::panic::take_hook`. It does nothing here.
    #[deprecated(note = "kata: the panic hook belongs to the checker; handle the panic where the thread is joined")]
    pub fn take_hook() -> Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static> {
        Box::new(|_| {})
    }
}
