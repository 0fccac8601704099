//! What stands for `std` in the real world: the real one, with the modules that can block replaced by observed ones.
//!
//! The lists are explicit: two globs in one module would resolve to the real item without a word. What the world
//! refuses is deprecated with a note that starts with `kata:` and says what to use; the checker refuses it.

mod shared;

#[doc(no_inline)]
pub use std::*;

pub mod sync {
    //! `std::sync`.
    pub use kata_real::sync::{
        Barrier, BarrierWaitResult, Condvar, Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard,
        WaitTimeoutResult, mpsc,
    };
    pub use std::sync::{
        Arc, LazyLock, LockResult, Once, OnceLock, OnceState, PoisonError, TryLockError, TryLockResult, Weak, atomic,
    };
}

pub mod thread {
    //! `std::thread`.
    pub use kata_real::thread::{
        AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
        available_parallelism, current, panicking, park, park_timeout, scope, sleep, spawn, yield_now,
    };
    #[allow(deprecated, reason = "std has it")]
    pub use kata_real::thread::{park_timeout_ms, sleep_ms};
}

#[cfg(unix)]
pub mod process {
    //! `std::process`.
    pub use kata_real::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
    pub use std::process::{
        CommandArgs, CommandEnvs, ExitCode, ExitStatus, Output, Stdio, Termination, abort, exit, id,
    };
}

#[cfg(unix)]
pub mod io {
    //! `std::io`: what is named here hides what the glob would bring.
    pub use kata_real::process::{PipeReader, PipeWriter, pipe};
    pub use std::io::*;
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

pub mod panic {
    //! `std::panic`, without the hook.
    pub use std::panic::{
        AssertUnwindSafe, Location, PanicHookInfo, RefUnwindSafe, UnwindSafe, catch_unwind, panic_any, resume_unwind,
    };

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
