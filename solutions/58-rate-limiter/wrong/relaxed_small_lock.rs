//! verdict: assertion-failed
//! scenario: on_every_machine_one_of_two
//! why: only one thread at a time is at the two numbers; that the next one finds there what this one has written takes more than that.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
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
    /// Somebody is at the two numbers below.
    busy: AtomicBool,
    /// The parts that the carrier still counts.
    level: AtomicU64,
    /// The time, in nanoseconds, up to which intervals have been taken off the level.
    drained_to: AtomicU64,
}

impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            busy: AtomicBool::new(false),
            level: AtomicU64::new(0),
            drained_to: AtomicU64::new(0),
        }
    }

    /// Takes room for a message of so many parts. `false`: there is not enough, and none is taken.
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        self.alone(|| {
            self.drain(nanoseconds(now));
            let level = self.level.load(Ordering::Relaxed) + u64::from(parts);
            let granted = level <= self.burst;
            if granted {
                self.level.store(level, Ordering::Relaxed);
            }
            granted
        })
    }

    /// The number of parts that there is room for.
    pub fn available(&self, now: Duration) -> u32 {
        let level = self.alone(|| {
            self.drain(nanoseconds(now));
            self.level.load(Ordering::Relaxed)
        });
        u32::try_from(self.burst - level).expect("a burst is a u32")
    }

    /// Does something while nobody else is at the numbers.
    fn alone<T>(&self, work: impl FnOnce() -> T) -> T {
        while self.busy.compare_exchange_weak(false, true, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            thread::yield_now();
        }
        let result = work();
        self.busy.store(false, Ordering::Relaxed);
        result
    }

    /// Takes the intervals that have passed off the level.
    fn drain(&self, now: u64) {
        let drained_to = self.drained_to.load(Ordering::Relaxed);
        if now <= drained_to {
            return;
        }
        let level = self.level.load(Ordering::Relaxed);
        let passed = (now - drained_to) / self.interval;
        if passed >= level {
            self.level.store(0, Ordering::Relaxed);
            self.drained_to.store(now, Ordering::Relaxed);
        } else if passed > 0 {
            self.level.fetch_sub(passed, Ordering::Relaxed);
            self.drained_to.fetch_add(passed * self.interval, Ordering::Relaxed);
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
