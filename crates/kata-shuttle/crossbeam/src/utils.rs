//! `crossbeam::utils`.

use std::cell::Cell;
use std::fmt;

pub use crossbeam_utils::CachePadded;

/// Steps of [`Backoff::snooze`] after which it is time to block.
const YIELD_LIMIT: u32 = 10;
/// Steps after which [`Backoff::spin`] does not get longer.
const SPIN_LIMIT: u32 = 6;

/// `crossbeam::utils::Backoff` in this world: each wait gives the turn away.
pub struct Backoff {
    step: Cell<u32>,
}

impl Backoff {
    /// Nobody has waited.
    #[must_use]
    pub fn new() -> Self {
        Backoff { step: Cell::new(0) }
    }

    /// It begins anew.
    pub fn reset(&self) {
        self.step.set(0);
    }

    /// Waits in a lock-free loop.
    #[track_caller]
    pub fn spin(&self) {
        kata_shuttle::thread::spin_loop();
        self.step.set((self.step.get() + 1).min(SPIN_LIMIT + 1));
    }

    /// Waits in a loop for another thread.
    #[track_caller]
    pub fn snooze(&self) {
        kata_shuttle::thread::yield_now();
        self.step.set((self.step.get() + 1).min(YIELD_LIMIT + 1));
    }

    /// Whether it is time to wait in another way.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.step.get() > YIELD_LIMIT
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff::new()
    }
}

impl fmt::Debug for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Backoff").field("step", &self.step).field("is_completed", &self.is_completed()).finish()
    }
}
