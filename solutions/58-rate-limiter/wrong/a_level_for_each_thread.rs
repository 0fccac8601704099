//! verdict: assertion-failed
//! scenario: room_for_one_of_two
//! why: what only one thread has needs no lock: each sender keeps its own count, and the carrier counts all of them.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::cell::Cell;
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
}

thread_local! {
    /// When all of the room will be there again, in nanoseconds.
    static COMPLETE: Cell<u64> = const { Cell::new(0) };
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { burst: u64::from(quota.burst), interval: nanoseconds(quota.interval) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        let then = COMPLETE.get().max(now) + u64::from(parts) * self.interval;
        let granted = then <= now + self.burst * self.interval;
        if granted {
            COMPLETE.set(then);
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let missing = COMPLETE.get().saturating_sub(nanoseconds(now));
        let room = (self.burst * self.interval).saturating_sub(missing) / self.interval;
        u32::try_from(room).expect("a burst is a u32")
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
