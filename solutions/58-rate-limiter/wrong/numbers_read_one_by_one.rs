//! verdict: assertion-failed
//! scenario: two_senders_are_answered_as_if_one_after_the_other
//! why: who takes room has a lock, and who only looks reads the two numbers without it: one from before, and one from after.
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
    /// Who changes the two has it.
    taking: Mutex<()>,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            level: AtomicU64::new(0),
            drained_to: AtomicU64::new(0),
            taking: Mutex::new(()),
        }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let _taking = self.taking.lock().unwrap();
        let (level, drained_to) = self.drained(nanoseconds(now));
        let granted = level + u64::from(parts) <= self.burst;
        if granted {
            self.level.store(level + u64::from(parts), Ordering::SeqCst);
            self.drained_to.store(drained_to, Ordering::SeqCst);
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let (level, _) = self.drained(nanoseconds(now));
        u32::try_from(self.burst - level).expect("a burst is a u32")
    }

    /// The level without the intervals that have passed, and up to when they are taken off then.
    fn drained(&self, now: u64) -> (u64, u64) {
        let level = self.level.load(Ordering::SeqCst);
        let drained_to = self.drained_to.load(Ordering::SeqCst);
        let passed = now.saturating_sub(drained_to) / self.interval;
        if passed >= level { (0, now.max(drained_to)) } else { (level - passed, drained_to + passed * self.interval) }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
