//! verdict: assertion-failed
//! scenario: two_senders_are_answered_as_if_one_after_the_other
//! why: both steps have the lock, and each has it for itself: between draining and taking, another sender takes room as of a later time.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// Knows how much room the carrier has left. Times are counted from the start of the service.
pub struct RateLimiter {
    burst: u64,
    /// In nanoseconds.
    interval: u64,
    /// The parts that the carrier still counts.
    level: AtomicU64,
    /// The time, in nanoseconds, up to which intervals have been taken off the level.
    drained_to: AtomicU64,
    /// Who drains has it, and who takes.
    lock: Mutex<()>,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            level: AtomicU64::new(0),
            drained_to: AtomicU64::new(0),
            lock: Mutex::new(()),
        }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        {
            let _guard = self.lock.lock().unwrap();
            self.drain(nanoseconds(now));
        }
        let _guard = self.lock.lock().unwrap();
        if self.level.load(Ordering::SeqCst) + u64::from(parts) > self.burst {
            return false;
        }
        self.level.fetch_add(u64::from(parts), Ordering::SeqCst);
        true
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let _guard = self.lock.lock().unwrap();
        self.drain(nanoseconds(now));
        let left = self.burst.saturating_sub(self.level.load(Ordering::SeqCst));
        u32::try_from(left).expect("a burst is a u32")
    }

    /// Takes the intervals that have passed off the level.
    fn drain(&self, now: u64) {
        let drained_to = self.drained_to.load(Ordering::SeqCst);
        if now <= drained_to {
            return;
        }
        let level = self.level.load(Ordering::SeqCst);
        let passed = (now - drained_to) / self.interval;
        if passed >= level {
            self.level.store(0, Ordering::SeqCst);
            self.drained_to.store(now, Ordering::SeqCst);
        } else if passed > 0 {
            self.level.fetch_sub(passed, Ordering::SeqCst);
            self.drained_to.fetch_add(passed * self.interval, Ordering::SeqCst);
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
