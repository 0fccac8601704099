//! verdict: assertion-failed
//! scenario: two_senders_are_answered_as_if_one_after_the_other
//! why: a list of the times at which parts come back, behind one lock; a part that has come back is forgotten, and an earlier call then takes it before it came.
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
    /// When each of the parts that are out comes back, the next one first.
    out: Mutex<VecDeque<Duration>>,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter { quota, out: Mutex::new(VecDeque::new()) }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let mut out = self.out.lock().unwrap();
        come_back(&mut out, now);
        if out.len() + parts as usize > self.quota.burst as usize {
            return false;
        }
        for _ in 0..parts {
            let before = out.back().copied().unwrap_or(now);
            out.push_back(before + self.quota.interval);
        }
        true
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let mut out = self.out.lock().unwrap();
        come_back(&mut out, now);
        self.quota.burst - u32::try_from(out.len()).expect("no more than a burst is out")
    }
}

fn come_back(out: &mut VecDeque<Duration>, now: Duration) {
    while out.front().is_some_and(|back| *back <= now) {
        out.pop_front();
    }
}
