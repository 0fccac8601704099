//! verdict: assertion-failed
//! scenario: nanoseconds_and_years
//! why: both numbers in one word, exchanged in one step, is right; with 14 bits for the level, the 50 that are left for the time last for 13 days.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// The bits of the level: enough for 10,000.
const LEVEL: u32 = 14;

/// Knows how much room the carrier has left. Times are counted from the start of the service.
pub struct RateLimiter {
    burst: u64,
    /// In nanoseconds.
    interval: u64,
    /// The level, and above it the time, in nanoseconds, up to which intervals have been taken off it.
    bucket: AtomicU64,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        let (burst, interval) = (u64::from(quota.burst), nanoseconds(quota.interval));
        RateLimiter { burst, interval, bucket: AtomicU64::new(0) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let take = |bucket| {
            let (level, drained_to) = self.drained(bucket, nanoseconds(now));
            let level = level + u64::from(parts);
            (level <= self.burst).then_some(drained_to << LEVEL | level)
        };
        self.bucket.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok()
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let (level, _) = self.drained(self.bucket.load(Ordering::Acquire), nanoseconds(now));
        u32::try_from(self.burst - level).expect("a burst is a u32")
    }

    /// The level without the intervals that have passed, and up to when they are taken off then.
    fn drained(&self, bucket: u64, now: u64) -> (u64, u64) {
        let (level, drained_to) = (bucket & ((1 << LEVEL) - 1), bucket >> LEVEL);
        let passed = now.saturating_sub(drained_to) / self.interval;
        if passed >= level { (0, now.max(drained_to)) } else { (level - passed, drained_to + passed * self.interval) }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
