//! idea: a list of the times at which the parts that are out come back; what has come back is taken off its front.
//! trade-off: nothing to calculate, and easy to show and to log; it takes memory for a whole burst, and time to go through it.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::collections::VecDeque;
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
    out: Mutex<Out>,
}

#[derive(Default)]
struct Out {
    /// When each of the parts that are out comes back, the next one first.
    back: VecDeque<Duration>,
    /// The latest time that a call came with.
    latest: Duration,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { quota, out: Mutex::default() }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let mut out = self.out.lock().unwrap();
        out.come_back(now);
        if out.back.len() + parts as usize > self.quota.burst as usize {
            return false;
        }
        for _ in 0..parts {
            let before = out.back.back().copied().unwrap_or(out.latest);
            out.back.push_back(before + self.quota.interval);
        }
        true
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let mut out = self.out.lock().unwrap();
        out.come_back(now);
        self.quota.burst - u32::try_from(out.back.len()).expect("no more than a burst is out")
    }
}

impl Out {
    /// Forgets what has come back. Time does not go back, whoever looked at the clock when.
    fn come_back(&mut self, now: Duration) {
        self.latest = self.latest.max(now);
        while self.back.front().is_some_and(|back| *back <= self.latest) {
            self.back.pop_front();
        }
    }
}
