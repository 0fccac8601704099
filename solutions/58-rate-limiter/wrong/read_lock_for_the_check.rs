//! verdict: assertion-failed
//! scenario: room_for_one_of_two
//! why: many may check at the same time, and only who takes room needs the write lock; when it gets there, what was checked is not true any more.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::RwLock;
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// Knows how much room the carrier has left. Times are counted from the start of the service.
pub struct RateLimiter {
    quota: Quota,
    bucket: RwLock<Bucket>,
}

#[derive(Clone, Copy)]
struct Bucket {
    level: u32,
    /// Up to when intervals have been taken off the level.
    drained_to: Duration,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { quota, bucket: RwLock::new(Bucket { level: 0, drained_to: Duration::ZERO }) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let bucket = *self.bucket.read().unwrap();
        let then = bucket.drained(now, self.quota.interval);
        let granted = then.level + parts <= self.quota.burst;
        if granted {
            *self.bucket.write().unwrap() = Bucket { level: then.level + parts, ..then };
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let bucket = *self.bucket.read().unwrap();
        self.quota.burst - bucket.drained(now, self.quota.interval).level
    }
}

impl Bucket {
    /// What it is at a time, if nothing is taken until then.
    fn drained(self, now: Duration, interval: Duration) -> Self {
        let passed = now.saturating_sub(self.drained_to).as_nanos() / interval.as_nanos();
        match u32::try_from(passed) {
            Ok(passed) if passed < self.level => {
                Bucket { level: self.level - passed, drained_to: self.drained_to + interval * passed }
            }
            _ => Bucket { level: 0, drained_to: self.drained_to.max(now) },
        }
    }
}
