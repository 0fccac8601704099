//! idea: the state is never changed, but replaced, and only if it is still the one that was decided on.
//! trade-off: what is decided may take long, and nobody waits for it; an allocation for each message, and whoever was slower begins again.
//!
//! A limiter for text messages, so that the carrier is never sent more than it takes.

use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the carrier takes: so many parts at once, and room for one more after every interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub burst: u32,
    pub interval: Duration,
}

/// The books are never changed, but replaced.
struct Books {
    given: u64,
    epoch: u64,
}
pub struct RateLimiter {
    burst: u64,
    interval: u64,
    books: Mutex<Arc<Books>>,
}
impl RateLimiter {
    pub fn new(quota: Quota) -> Self {
        RateLimiter {
            burst: u64::from(quota.burst),
            interval: nanoseconds(quota.interval),
            books: Mutex::new(Arc::new(Books { given: 0, epoch: 0 })),
        }
    }
    fn outstanding(&self, books: &Books, now: u64) -> u64 {
        books.given.saturating_sub(now.saturating_sub(books.epoch) / self.interval)
    }
    pub fn try_acquire(&self, parts: u32, now: Duration) -> bool {
        let now = nanoseconds(now);
        loop {
            let books = Arc::clone(&self.books.lock().unwrap());
            let out = self.outstanding(&books, now);
            if out + u64::from(parts) > self.burst {
                return false;
            }
            // All of the room is there: a new count begins.
            let next = if out == 0 {
                Books { given: u64::from(parts), epoch: now.max(books.epoch) }
            } else {
                Books { given: books.given + u64::from(parts), epoch: books.epoch }
            };
            let mut current = self.books.lock().unwrap();
            if Arc::ptr_eq(&current, &books) {
                *current = Arc::new(next);
                return true;
            }
            drop(current);
            std::thread::yield_now();
        }
    }
    pub fn available(&self, now: Duration) -> u32 {
        let books = Arc::clone(&self.books.lock().unwrap());
        self.burst.saturating_sub(self.outstanding(&books, nanoseconds(now))) as u32
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).expect("times are below 500 years")
}
