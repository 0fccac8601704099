//! The `std` that programs under the shuttle world see.
//!
//! Everything is the real std's but what threads meet in. The overridden modules are explicit lists: with two globs in
//! one module the real item would win silently. What is not modelled is absent, or deprecated with a note that starts
//! with `kata:` and says what to use; the checker refuses it.

#![allow(deprecated, reason = "what is refused is marked as deprecated, here")]

#[doc(no_inline)]
pub use std::*;

#[doc(hidden)]
pub use kata_shuttle as __world;

mod macros;
pub mod prelude;
mod shared;
mod thread_local;

pub mod sync {
    //! `std::sync`.
    pub use kata_shuttle::sync::{
        Arc, Barrier, BarrierWaitResult, Condvar, LazyLock, LockResult, Mutex, MutexGuard, Once, OnceLock, OnceState,
        PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError, TryLockResult, WaitTimeoutResult, Weak,
        mpsc,
    };

    #[allow(clippy::declare_interior_mutable_const, reason = "std has it")]
    #[doc(hidden)]
    #[deprecated(since = "1.38.0", note = "the `Once::new()` function is now preferred")]
    pub const ONCE_INIT: Once = Once::new();

    pub mod atomic {
        //! `std::sync::atomic`.
        pub use kata_shuttle::sync::atomic::{
            AtomicBool, AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicPtr, AtomicU8, AtomicU16,
            AtomicU32, AtomicU64, AtomicUsize, Ordering, compiler_fence, fence, spin_loop_hint,
        };

        macro_rules! initial {
            ($($name:ident: $type:ident = $value:expr;)*) => {$(
                #[allow(clippy::declare_interior_mutable_const, reason = "std has it")]
                #[doc(hidden)]
                #[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
                pub const $name: $type = $type::new($value);
            )*};
        }
        initial! {
            ATOMIC_BOOL_INIT: AtomicBool = false;
            ATOMIC_ISIZE_INIT: AtomicIsize = 0;
            ATOMIC_USIZE_INIT: AtomicUsize = 0;
        }
    }
}

pub mod thread {
    //! `std::thread`.
    pub use kata_shuttle::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, park_timeout_ms, scope, sleep, sleep_ms, spawn,
        yield_now,
    };
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
    pub use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, SipHasher};
}

pub mod hint {
    //! `std::hint`.
    pub use kata_shuttle::thread::spin_loop;
    pub use std::hint::{assert_unchecked, black_box, cold_path, select_unpredictable, unreachable_unchecked};
}

pub mod panic {
    //! `std::panic`.
    pub use kata_shuttle::unwind::{catch_unwind, resume_unwind};
    pub use std::panic::{AssertUnwindSafe, Location, PanicHookInfo, PanicInfo, RefUnwindSafe, UnwindSafe, panic_any};

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

/// Items that are refused. That a module is deprecated does not show in a path through it.
macro_rules! refused {
    ($what:literal; types { $($type:ident $(<$lifetime:lifetime>)?),* } from $from:ident;
     $(fn $function:ident $(<$($generic:ident: $bound:path),*>)? ($($argument:ident: $kind:ty),*) -> $result:ty;)*
    ) => {
        $(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            pub type $type $(<$lifetime>)? = ::std::$from::$type $(<$lifetime>)?;
        )*
        $(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            #[allow(clippy::missing_errors_doc, clippy::must_use_candidate, reason = "nobody gets to call it")]
            pub fn $function $(<$($generic: $bound),*>)? ($($argument: $kind),*) -> $result {
                $(let _ = $argument;)*
                unreachable!($what)
            }
        )*
    };
}

pub mod env;
pub mod fs;
pub mod io;
pub mod net;
pub mod process;

#[doc(hidden)]
#[deprecated(
    note = "kata: a model runs the program thousands of times and has no operating system; use std's portable API \
            instead"
)]
pub mod os {}
