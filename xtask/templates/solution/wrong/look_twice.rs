//! verdict: assertion-failed
//! scenario: every_arrival_counts
//! why: WRITE: why people try it, and why it does not help.
//!
//! A turnstile that counts the people who come in.

use std::sync::atomic::{AtomicU64, Ordering};

/// The turnstile.
#[derive(Debug, Default)]
pub struct Turnstile {
    arrivals: AtomicU64,
}

impl Turnstile {
    /// Lets one person in.
    pub fn arrive(&self) {
        let mut before = self.arrivals.load(Ordering::SeqCst);
        if self.arrivals.load(Ordering::SeqCst) != before {
            before = self.arrivals.load(Ordering::SeqCst);
        }
        self.arrivals.store(before + 1, Ordering::SeqCst);
    }

    /// How many have come in.
    pub fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::SeqCst)
    }
}
