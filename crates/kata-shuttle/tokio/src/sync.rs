//! `tokio::sync` in this world: tokio's own primitives, whose operations are scheduling points and are recorded.
//!
//! They are state machines that wake wakers and know no runtime: what they promise about fairness, permits and
//! cancellation holds because it is tokio's code that keeps it.

mod mutex;
mod notify;
mod permits;
mod primitive;

pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, OwnedMutexGuard};
pub use notify::{Notify, futures};
pub use tokio::sync::{AcquireError, TryAcquireError, TryLockError};
