//! verdict: assertion-failed
//! scenario: one_tick_and_one_save
//! why: both flags in one byte, so that they cannot be seen apart; set by a load and a store, which lose the other one's.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

/// What the two tell each other: each has a bit of its own, which only the other one looks at.
type Flags = AtomicU8;

const TICKING: u8 = 1;
const SAVING: u8 = 2;

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
    let flags = Arc::new(Flags::new(0));
    (Ticker { flags: Arc::clone(&flags) }, Saver { flags })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let _raised = Raised::new(&self.flags, TICKING);
        if self.flags.load(Ordering::SeqCst) & SAVING != 0 {
            return None;
        }
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _raised = Raised::new(&self.flags, SAVING);
        if self.flags.load(Ordering::SeqCst) & TICKING != 0 {
            return None;
        }
        Some(copy())
    }
}

/// A flag that is up, until this is dropped.
struct Raised<'a> {
    flags: &'a Flags,
    own: u8,
}

impl<'a> Raised<'a> {
    fn new(flags: &'a Flags, own: u8) -> Self {
        flags.store(flags.load(Ordering::SeqCst) | own, Ordering::SeqCst);
        Raised { flags, own }
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.flags.store(self.flags.load(Ordering::SeqCst) & !self.own, Ordering::SeqCst);
    }
}
