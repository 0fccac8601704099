//! idea: both flags in one word: `fetch_or` raises the own one and tells what the other one was, in one step.
//! trade-off: two flags that one step can see together; refuses both sides only if both meet in the midst of it.
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
        let (_raised, others) = Raised::new(&self.flags, TICKING);
        if others == SAVING {
            return None;
        }
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let (_raised, others) = Raised::new(&self.flags, SAVING);
        if others == TICKING {
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
    /// And the flags that were up before.
    fn new(flags: &'a Flags, own: u8) -> (Self, u8) {
        let others = flags.fetch_or(own, Ordering::AcqRel);
        (Raised { flags, own }, others)
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.flags.fetch_and(!self.own, Ordering::AcqRel);
    }
}
