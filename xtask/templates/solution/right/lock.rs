//! idea: WRITE: what it does.
//! trade-off: WRITE: what it costs.
//!
//! A turnstile that counts the people who come in.

use std::sync::Mutex;

/// The turnstile.
#[derive(Debug, Default)]
pub struct Turnstile {
    arrivals: Mutex<u64>,
}

impl Turnstile {
    /// Lets one person in.
    pub fn arrive(&self) {
        *self.arrivals.lock().unwrap() += 1;
    }

    /// How many have come in.
    pub fn arrivals(&self) -> u64 {
        *self.arrivals.lock().unwrap()
    }
}
