//! verdict: assertion-failed
//! scenario: two_senders_are_answered_as_if_one_after_the_other
//! why: every call notes that all of the room is there by now, refusals and looks too. Nothing was taken, and a sender with an earlier time is refused.
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

/// Knows how much room the carrier has left. All times are in nanoseconds.
pub struct RateLimiter {
    burst: u64,
    interval: u64,
    /// When all of the room is there again.
    full_at: Mutex<u64>,
}
impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { burst: u64::from(quota.burst), interval: nanoseconds(quota.interval), full_at: Mutex::new(0) }
    }
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        let mut full_at = self.full_at.lock().unwrap();
        *full_at = (*full_at).max(now);
        let after = *full_at + u64::from(parts) * self.interval;
        let fits = after - now <= self.burst * self.interval;
        if fits {
            *full_at = after;
        }
        fits
    }
    pub fn available(&self, now: Duration) -> u32 {
        let now = nanoseconds(now);
        let mut full_at = self.full_at.lock().unwrap();
        *full_at = (*full_at).max(now);
        self.burst.saturating_sub((*full_at - now).div_ceil(self.interval)) as u32
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
