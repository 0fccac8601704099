//! verdict: assertion-failed
//! scenario: what_was_left_out_is_over
//! why: the flag is put up and down by hand, and stays up on the way out that nobody looked at.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the two tell each other: each has a flag of its own, which only the other one looks at.
struct Flags {
    ticking: AtomicBool,
    saving: AtomicBool,
}

/// The side of the game: there is one.
pub struct Ticker {
    flags: Arc<Flags>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    flags: Arc<Flags>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let flags = Arc::new(Flags { ticking: AtomicBool::new(false), saving: AtomicBool::new(false) });
    (Ticker { flags: Arc::clone(&flags) }, Saver { flags })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        self.flags.ticking.store(true, Ordering::SeqCst);
        if self.flags.saving.load(Ordering::SeqCst) {
            return None;
        }
        let result = move_on();
        self.flags.ticking.store(false, Ordering::Release);
        Some(result)
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        self.flags.saving.store(true, Ordering::SeqCst);
        if self.flags.ticking.load(Ordering::SeqCst) {
            return None;
        }
        let result = copy();
        self.flags.saving.store(false, Ordering::Release);
        Some(result)
    }
}
