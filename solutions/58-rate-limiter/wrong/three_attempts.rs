//! verdict: assertion-failed
//! scenario: busy_is_no_reason_to_refuse
//! why: nobody is unlucky three times in a row; with enough senders, somebody is.
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

/// Knows how much room the carrier has left. Times are counted from the start of the service.
pub struct RateLimiter {
    /// In nanoseconds, as is everything here.
    interval: u64,
    /// How long it takes until all of the room has come back.
    whole: u64,
    /// When all of the room will be there again, if nothing more is taken.
    complete: AtomicU64,
}

/// So often it is tried before the message is refused.
const ATTEMPTS: usize = 3;

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        let interval = nanoseconds(quota.interval);
        RateLimiter { interval, whole: u64::from(quota.burst) * interval, complete: AtomicU64::new(0) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        for _ in 0..ATTEMPTS {
            let complete = self.complete.load(Ordering::SeqCst);
            let then = complete.max(now) + u64::from(parts) * self.interval;
            if then > now + self.whole {
                return false;
            }
            if self.complete.compare_exchange(complete, then, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                return true;
            }
        }
        false
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let now = nanoseconds(now);
        let missing = self.complete.load(Ordering::Relaxed).saturating_sub(now);
        u32::try_from(self.whole.saturating_sub(missing) / self.interval).expect("a burst is a u32")
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
