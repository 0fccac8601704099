//! `std::thread`.

pub use kata_loom::thread::{
    AccessError, Builder, JoinHandle, LocalKey, Result, Scope, ScopedJoinHandle, Thread, ThreadId,
    available_parallelism, current, panicking, park, park_timeout, park_timeout_ms, scope, sleep, sleep_ms, spawn,
    yield_now,
};
