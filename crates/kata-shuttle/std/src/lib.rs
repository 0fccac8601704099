//! The `std` that programs under the shuttle world see.
//!
//! Everything is the real std's but what threads meet in. The overridden modules are explicit lists: with two globs in
//! one module the real item would win silently. What is not modelled is absent, or deprecated with a note that starts
//! with `kata:` and says what to use; the checker refuses it.

#[doc(no_inline)]
pub use std::*;

#[doc(hidden)]
pub use kata_shuttle as __world;

mod macros;
pub mod prelude;

pub mod sync {
    //! `std::sync`.
    pub use kata_shuttle::sync::{
        Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once, OnceLock, OnceState,
        PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak,
        mpsc,
    };

    #[allow(deprecated, clippy::declare_interior_mutable_const, reason = "std has it")]
    #[doc(hidden)]
    #[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
    pub const ONCE_INIT: Once = Once::new();

    pub mod atomic {
        //! `std::sync::atomic`.
        #[allow(deprecated, reason = "std has it")]
        pub use kata_shuttle::sync::atomic::spin_loop_hint;
        pub use kata_shuttle::sync::atomic::{
            AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16,
            AtomicU32, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence,
        };
    }

    pub mod poison {
        //! `std::sync::poison`.
        pub use kata_shuttle::sync::{LockResult, PoisonError, TryLockError, TryLockResult};
    }
}

pub mod thread {
    //! `std::thread`.
    pub use kata_shuttle::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
    #[allow(deprecated, reason = "std has it")]
    pub use kata_shuttle::thread::{park_timeout_ms, sleep_ms};
}

pub mod time {
    //! `std::time`.
    pub use kata_shuttle::time::{Duration, Instant, SystemTime, SystemTimeError, TryFromFloatSecsError, UNIX_EPOCH};
}

pub mod collections {
    //! `std::collections`, with hash maps whose order does not change from run to run.
    pub use kata::collections::{HashMap, HashSet, hash_map, hash_set};
    pub use std::collections::{
        BTreeMap, BTreeSet, BinaryHeap, Bound, LinkedList, TryReserveError, VecDeque, binary_heap, btree_map,
        btree_set, linked_list, vec_deque,
    };
}

pub mod hash {
    //! `std::hash`.
    pub use kata::collections::RandomState;
    #[allow(deprecated, reason = "std has it")]
    pub use std::hash::SipHasher;
    pub use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher};
}

pub mod hint {
    //! `std::hint`.
    pub use kata_shuttle::thread::spin_loop;
    pub use std::hint::{assert_unchecked, black_box, unreachable_unchecked};
}

pub mod panic {
    //! `std::panic`.
    pub use kata_shuttle::unwind::{catch_unwind, resume_unwind};
    pub use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, RefUnwindSafe, UnwindSafe, panic_any};

    #[deprecated(
        note = "kata: the checker needs the panic hook itself; use `catch_unwind` or a guard's `Drop` instead"
    )]
    #[doc(hidden)]
    pub fn set_hook(_hook: Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>) {}

    #[deprecated(
        note = "kata: the checker needs the panic hook itself; use `catch_unwind` or a guard's `Drop` instead"
    )]
    #[doc(hidden)]
    #[must_use]
    pub fn take_hook() -> Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static> {
        Box::new(|_| {})
    }
}

macro_rules! outside {
    ($($module:ident: $what:literal;)*) => {$(
        #[doc(hidden)]
        #[deprecated(note = $what)]
        pub mod $module {}
    )*};
}

outside! {
    fs: "kata: a model runs the program thousands of times and has no files; keep the state in memory instead";
    net: "kata: a model runs the program thousands of times and has no network; use a channel instead";
    os: "kata: a model runs the program thousands of times and has no operating system; use std's portable API instead";
    env: "kata: a model runs the program thousands of times and has no environment; pass the value as an argument instead";
}

pub mod process {
    //! `std::process`, as far as it is about this process.
    pub use kata_shuttle::process::{abort, exit};
    pub use std::process::{ExitCode, Termination, id};
}
