//! verdict: assertion-failed
//! scenario: asking_does_not_put_it_off
//! why: with a fraction nothing has to be rounded off; ten times a tenth of an interval is not a whole one.
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
    quota: Quota,
    bucket: Mutex<Bucket>,
}

struct Bucket {
    room: f64,
    /// The latest time that a call came with.
    filled_to: Duration,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { quota, bucket: Mutex::new(Bucket { room: f64::from(quota.burst), filled_to: Duration::ZERO }) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let mut bucket = self.bucket.lock().unwrap();
        bucket.fill(now, self.quota);
        let granted = f64::from(parts) <= bucket.room;
        if granted {
            bucket.room -= f64::from(parts);
        }
        granted
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let mut bucket = self.bucket.lock().unwrap();
        bucket.fill(now, self.quota);
        bucket.room as u32
    }
}

impl Bucket {
    /// Adds what has come back.
    fn fill(&mut self, now: Duration, quota: Quota) {
        let passed = now.saturating_sub(self.filled_to).as_secs_f64() / quota.interval.as_secs_f64();
        self.room = (self.room + passed).min(f64::from(quota.burst));
        self.filled_to = self.filled_to.max(now);
    }
}
