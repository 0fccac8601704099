//! verdict: assertion-failed
//! scenario: refused_at_once
//! why: one flag, and whoever finds it up is patient for a moment before it gives way: a tick is late then, and left out all the same.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// The side of the game: there is one.
pub struct Ticker {
    busy: Arc<AtomicBool>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    busy: Arc<AtomicBool>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let busy = Arc::new(AtomicBool::new(false));
    (Ticker { busy: Arc::clone(&busy) }, Saver { busy })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        alone(&self.busy, move_on)
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        alone(&self.busy, copy)
    }
}

fn alone<R>(busy: &AtomicBool, work: impl FnOnce() -> R) -> Option<R> {
    if busy.swap(true, Ordering::Acquire) {
        thread::sleep(Duration::from_millis(5));
        if busy.swap(true, Ordering::Acquire) {
            return None;
        }
    }
    let result = work();
    busy.store(false, Ordering::Release);
    Some(result)
}
