//! What stands for `parking_lot` 0.12 in the shuttle world: its types, on this world's locks.
//!
//! # Limits
//!
//! - Which of several waiters gets a lock, or is woken, is explored, although parking_lot prefers those who have waited
//!   longest: it does not promise that, and lets others overtake most of the time. For the same reason a fair mutex and
//!   fair unlocking are explored like any other.
//! - A reader that asks for a lock while a writer waits may queue behind it or may still be let in: when the writer asked
//!   is as open. `read_recursive` never queues.
//! - A condition variable wakes nobody for no reason, as parking_lot promises. Its time limits may pass at any moment.
//! - Guards cannot be sent to other threads; there are no guards behind an `Arc`, no `lock_api`, no raw locks, and no
//!   deadlock detection of parking_lot's own. What is missing does not compile.

mod condvar;
mod guarded;
mod mutex;
mod once;
mod reentrant;
mod rwlock;

pub use condvar::{Condvar, WaitTimeoutResult};
pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, const_mutex};
pub use once::{Once, OnceState};
pub use reentrant::{MappedReentrantMutexGuard, ReentrantMutex, ReentrantMutexGuard, const_reentrant_mutex};
pub use rwlock::{
    MappedRwLockReadGuard, MappedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockUpgradableReadGuard,
    RwLockWriteGuard, const_rwlock,
};

/// `parking_lot::FairMutex`.
pub type FairMutex<T> = Mutex<T>;
/// `parking_lot::FairMutexGuard`.
pub type FairMutexGuard<'a, T> = MutexGuard<'a, T>;
/// `parking_lot::MappedFairMutexGuard`.
pub type MappedFairMutexGuard<'a, T> = MappedMutexGuard<'a, T>;

/// `parking_lot::const_fair_mutex`.
#[track_caller]
pub const fn const_fair_mutex<T>(value: T) -> FairMutex<T> {
    Mutex::new(value)
}
