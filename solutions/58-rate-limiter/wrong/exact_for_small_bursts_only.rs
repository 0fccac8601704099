//! verdict: assertion-failed
//! scenario: room_for_one_more_of_many
//! why: of a large burst, one part more or less is nothing. The carrier counts them all.
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

/// Knows how much room the carrier has left. All times are in nanoseconds.
pub struct RateLimiter {
    burst: u64,
    interval: u64,
    /// When all of the room will be there again.
    full_at: AtomicU64,
}
impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { burst: u64::from(quota.burst), interval: nanoseconds(quota.interval), full_at: AtomicU64::new(0) }
    }
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        // With so much room, nobody counts exactly.
        if self.burst > 16 {
            let after = self.full_at.load(Ordering::SeqCst).max(now) + u64::from(parts) * self.interval;
            if after - now > self.burst * self.interval {
                return false;
            }
            self.full_at.store(after, Ordering::SeqCst);
            return true;
        }
        self.full_at
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |full_at| {
                let after = full_at.max(now) + u64::from(parts) * self.interval;
                (after - now <= self.burst * self.interval).then_some(after)
            })
            .is_ok()
    }
    pub fn available(&self, now: Duration) -> u32 {
        let now = nanoseconds(now);
        let missing = self.full_at.load(Ordering::SeqCst).saturating_sub(now).div_ceil(self.interval);
        u32::try_from(self.burst.saturating_sub(missing)).unwrap()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
