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
        self.arrivals.fetch_add(1, Ordering::SeqCst);
    }

    /// How many have come in.
    pub fn arrivals(&self) -> u64 {
        self.arrivals.load(Ordering::SeqCst)
    }
}
