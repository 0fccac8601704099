//! verdict: assertion-failed
//! scenario: one_tick_and_one_save
//! why: sequentially consistent loads, so that they read the newest value; the stores may still come later.
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
        let _raised = Raised::new(&self.flags.ticking);
        if self.flags.saving.load(Ordering::SeqCst) {
            return None;
        }
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _raised = Raised::new(&self.flags.saving);
        if self.flags.ticking.load(Ordering::SeqCst) {
            return None;
        }
        Some(copy())
    }
}

/// A flag that is up, until this is dropped.
struct Raised<'a> {
    flag: &'a AtomicBool,
}

impl<'a> Raised<'a> {
    fn new(flag: &'a AtomicBool) -> Self {
        flag.store(true, Ordering::Release);
        Raised { flag }
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.flag.store(false, Ordering::Release);
    }
}
