//! verdict: assertion-failed
//! scenario: two_senders_are_answered_as_if_one_after_the_other
//! why: the latest time and the state are an atomic each. A sender tells its time before it takes, and another one is answered as of that time before the first call counts.
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
    /// The latest time that a call came with.
    latest: AtomicU64,
}
impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            full_at: AtomicU64::new(0),
            latest: AtomicU64::new(0),
        }
    }
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        let now = self.latest.fetch_max(now, Ordering::SeqCst).max(now);
        self.full_at
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |full_at| {
                let after = full_at.max(now) + u64::from(parts) * self.interval;
                (after - now <= self.burst * self.interval).then_some(after)
            })
            .is_ok()
    }
    pub fn available(&self, now: Duration) -> u32 {
        let now = nanoseconds(now);
        let now = self.latest.fetch_max(now, Ordering::SeqCst).max(now);
        let missing = self.full_at.load(Ordering::SeqCst).saturating_sub(now).div_ceil(self.interval);
        u32::try_from(self.burst.saturating_sub(missing)).unwrap()
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
