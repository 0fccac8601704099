//! verdict: assertion-failed
//! scenario: room_that_has_come_back_is_there_for_both
//! why: each of the two numbers has a lock, and is changed while it is locked; between the two locks, intervals have passed and are not off the level.
//!
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
    /// The parts that the carrier still counts.
    level: Mutex<u64>,
    /// The time, in nanoseconds, up to which intervals have been taken off the level.
    drained_to: Mutex<u64>,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            level: Mutex::new(0),
            drained_to: Mutex::new(0),
        }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        self.drain(nanoseconds(now));
        let mut level = self.level.lock().unwrap();
        let granted = *level + u64::from(parts) <= self.burst;
        if granted {
            *level += u64::from(parts);
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        self.drain(nanoseconds(now));
        let level = *self.level.lock().unwrap();
        u32::try_from(self.burst - level).expect("a burst is a u32")
    }

    /// Takes the intervals that have passed off the level.
    fn drain(&self, now: u64) {
        let passed = {
            let level = *self.level.lock().unwrap();
            let mut drained_to = self.drained_to.lock().unwrap();
            let passed = now.saturating_sub(*drained_to) / self.interval;
            *drained_to = if passed >= level { now.max(*drained_to) } else { *drained_to + passed * self.interval };
            passed
        };
        let mut level = self.level.lock().unwrap();
        *level = level.saturating_sub(passed);
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
