//! `tokio::sync` in this world: tokio's own primitives, whose operations are scheduling points and are recorded.
//!
//! They are state machines that wake wakers and know no runtime: what they promise about fairness, permits and
//! cancellation holds because it is tokio's code that keeps it.

mod barrier;
pub mod broadcast;
pub mod mpsc;
mod mutex;
mod notify;
mod once_cell;
pub mod oneshot;
mod permits;
mod primitive;
mod rwlock;
mod semaphore;
mod set_once;
pub mod watch;

pub use crate::unmodelled::rest::lock::{
    MappedRwLockWriteGuard, OwnedMappedMutexGuard, OwnedRwLockMappedWriteGuard, RwLockMappedWriteGuard,
};
pub use barrier::{Barrier, BarrierWaitResult};
pub use mutex::{MappedMutexGuard, Mutex, MutexGuard, OwnedMutexGuard};
pub use notify::{Notify, futures};
pub use once_cell::{OnceCell, SetError};
pub use rwlock::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};
pub use semaphore::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};
pub use set_once::{SetOnce, SetOnceError};
pub use tokio::sync::{AcquireError, TryAcquireError, TryLockError};
