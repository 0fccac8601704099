//! verdict: assertion-failed
//! scenario: refused_at_once
//! why: counts who is at the world, and who is refused does not count down again; a long copy refuses more ticks than a byte can count.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// The side of the game: there is one.
pub struct Ticker {
    visitors: Arc<AtomicU8>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    visitors: Arc<AtomicU8>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let visitors = Arc::new(AtomicU8::new(0));
    (Ticker { visitors: Arc::clone(&visitors) }, Saver { visitors })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        alone(&self.visitors, move_on)
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        alone(&self.visitors, copy)
    }
}

/// The first one to come does its work; when it is done, nobody has come.
fn alone<R>(visitors: &AtomicU8, work: impl FnOnce() -> R) -> Option<R> {
    if visitors.fetch_add(1, Ordering::Acquire) > 0 {
        return None;
    }
    let result = work();
    visitors.store(0, Ordering::Release);
    Some(result)
}
