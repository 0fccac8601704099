//! idea: both numbers are atomics with a version, which is odd while they are changed: who looks reads all of it again if the version was odd, or is another one. A sequence lock.
//! trade-off: who looks takes no lock and holds nobody up, and any number of numbers can be kept so; who looks may have to do it again, and the orderings are yours.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// Who only looks takes no lock: the version is odd while something changes.
pub struct RateLimiter {
    burst: u64,
    interval: u64,
    writer: Mutex<()>,
    version: AtomicU64,
    level: AtomicU64,
    since: AtomicU64,
}
impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            writer: Mutex::new(()),
            version: AtomicU64::new(0),
            level: AtomicU64::new(0),
            since: AtomicU64::new(0),
        }
    }
    fn at(&self, level: u64, since: u64, now: u64) -> (u64, u64) {
        let passed = now.saturating_sub(since) / self.interval;
        if now >= since && passed >= level { (0, now) } else { (level - passed, since + passed * self.interval) }
    }
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let _writer = self.writer.lock().unwrap();
        let (level, since) = self.at(self.level.load(SeqCst), self.since.load(SeqCst), nanoseconds(now));
        if level + u64::from(parts) > self.burst {
            return false;
        }
        self.version.fetch_add(1, SeqCst);
        self.level.store(level + u64::from(parts), SeqCst);
        self.since.store(since, SeqCst);
        self.version.fetch_add(1, SeqCst);
        true
    }
    pub fn available(&self, now: Duration) -> u32 {
        let now = nanoseconds(now);
        loop {
            let version = self.version.load(SeqCst);
            if version % 2 == 0 {
                let (level, since) = (self.level.load(SeqCst), self.since.load(SeqCst));
                if self.version.load(SeqCst) == version {
                    return (self.burst - self.at(level, since, now).0) as u32;
                }
            }
            thread::yield_now();
        }
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
