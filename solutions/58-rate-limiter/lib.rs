//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::Mutex;
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
    bucket: Mutex<Bucket>,
}

struct Bucket {
    /// The parts that the carrier still counts.
    level: u64,
    /// The time, in nanoseconds, up to which intervals have been taken off the level.
    drained_to: u64,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            bucket: Mutex::new(Bucket { level: 0, drained_to: 0 }),
        }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let mut bucket = self.bucket.lock().unwrap();
        bucket.drain(nanoseconds(now), self.interval);
        let granted = bucket.level + u64::from(parts) <= self.burst;
        if granted {
            bucket.level += u64::from(parts);
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let mut bucket = self.bucket.lock().unwrap();
        bucket.drain(nanoseconds(now), self.interval);
        u32::try_from(self.burst - bucket.level).expect("a burst is a u32")
    }
}

impl Bucket {
    /// Takes the intervals that have passed off the level.
    fn drain(&mut self, now: u64, interval: u64) {
        let passed = now.saturating_sub(self.drained_to) / interval;
        if passed >= self.level {
            self.level = 0;
            self.drained_to = self.drained_to.max(now);
        } else {
            self.level -= passed;
            self.drained_to += passed * interval;
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
