//! `lock_api`'s interface over the monitor's locks.

use std::panic::Location;
use std::time::{Duration, Instant};

use kata_real::raw::RawLock;
use lock_api::{GuardNoSend, RawRwLockDowngrade, RawRwLockTimed};

/// See `parking_lot::RawMutex`.
#[derive(Debug)]
pub struct RawMutex(pub(crate) RawLock);

/// See `parking_lot::RawRwLock`.
#[derive(Debug)]
pub struct RawRwLock(RawLock);

// SAFETY: the monitor gives a mutex to one lane at a time, which holds it until `unlock`.
#[allow(unsafe_code, reason = "lock_api trusts its raw locks to exclude")]
unsafe impl lock_api::RawMutex for RawMutex {
    #[allow(clippy::declare_interior_mutable_const, reason = "lock_api asks for it: each use is a new lock")]
    const INIT: Self = RawMutex(RawLock::mutex(None));

    type GuardMarker = GuardNoSend;

    #[track_caller]
    fn lock(&self) {
        self.0.lock(false, "Mutex::lock", Location::caller());
    }

    #[track_caller]
    fn try_lock(&self) -> bool {
        self.0.try_lock(false, "Mutex::try_lock", Location::caller())
    }

    unsafe fn unlock(&self) {
        self.0.unlock(false);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }
}

// SAFETY: as above; a lock that was not acquired in time is not reported as acquired.
#[allow(unsafe_code, reason = "lock_api trusts its raw locks to exclude")]
unsafe impl lock_api::RawMutexTimed for RawMutex {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_for(&self, timeout: Duration) -> bool {
        self.0.lock_until(false, Instant::now().checked_add(timeout), "Mutex::try_lock_for", Location::caller())
    }

    #[track_caller]
    fn try_lock_until(&self, timeout: Instant) -> bool {
        self.0.lock_until(false, Some(timeout), "Mutex::try_lock_until", Location::caller())
    }
}

// SAFETY: the monitor lets in readers or one writer, until they unlock.
#[allow(unsafe_code, reason = "lock_api trusts its raw locks to exclude")]
unsafe impl lock_api::RawRwLock for RawRwLock {
    #[allow(clippy::declare_interior_mutable_const, reason = "lock_api asks for it: each use is a new lock")]
    const INIT: Self = RawRwLock(RawLock::rwlock(None));

    type GuardMarker = GuardNoSend;

    #[track_caller]
    fn lock_shared(&self) {
        self.0.lock(true, "RwLock::read", Location::caller());
    }

    #[track_caller]
    fn try_lock_shared(&self) -> bool {
        self.0.try_lock(true, "RwLock::try_read", Location::caller())
    }

    unsafe fn unlock_shared(&self) {
        self.0.unlock(true);
    }

    #[track_caller]
    fn lock_exclusive(&self) {
        self.0.lock(false, "RwLock::write", Location::caller());
    }

    #[track_caller]
    fn try_lock_exclusive(&self) -> bool {
        self.0.try_lock(false, "RwLock::try_write", Location::caller())
    }

    unsafe fn unlock_exclusive(&self) {
        self.0.unlock(false);
    }

    fn is_locked(&self) -> bool {
        self.0.is_locked()
    }

    fn is_locked_exclusive(&self) -> bool {
        self.0.is_locked_exclusively()
    }
}

// SAFETY: the monitor turns the hold into a shared one in one step.
#[allow(unsafe_code, reason = "lock_api trusts its raw locks to exclude")]
unsafe impl RawRwLockDowngrade for RawRwLock {
    #[track_caller]
    unsafe fn downgrade(&self) {
        self.0.downgrade(Location::caller());
    }
}

// SAFETY: as for the lock itself; a lock that was not acquired in time is not reported as acquired.
#[allow(unsafe_code, reason = "lock_api trusts its raw locks to exclude")]
unsafe impl RawRwLockTimed for RawRwLock {
    type Duration = Duration;
    type Instant = Instant;

    #[track_caller]
    fn try_lock_shared_for(&self, timeout: Duration) -> bool {
        self.0.lock_until(true, Instant::now().checked_add(timeout), "RwLock::try_read_for", Location::caller())
    }

    #[track_caller]
    fn try_lock_shared_until(&self, timeout: Instant) -> bool {
        self.0.lock_until(true, Some(timeout), "RwLock::try_read_until", Location::caller())
    }

    #[track_caller]
    fn try_lock_exclusive_for(&self, timeout: Duration) -> bool {
        self.0.lock_until(false, Instant::now().checked_add(timeout), "RwLock::try_write_for", Location::caller())
    }

    #[track_caller]
    fn try_lock_exclusive_until(&self, timeout: Instant) -> bool {
        self.0.lock_until(false, Some(timeout), "RwLock::try_write_until", Location::caller())
    }
}
