//! idea: one flag that both swap: only one of them finds it down.
//! trade-off: simpler than two flags, and never refuses both; but each of the two writes where the other one does.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One flag for both: whoever is at the world has put it up.
struct Flags {
    busy: AtomicBool,
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
    let flags = Arc::new(Flags { busy: AtomicBool::new(false) });
    (Ticker { flags: Arc::clone(&flags) }, Saver { flags })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let _raised = Raised::new(&self.flags.busy)?;
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _raised = Raised::new(&self.flags.busy)?;
        Some(copy())
    }
}

/// A flag that is up, until this is dropped.
struct Raised<'a> {
    flag: &'a AtomicBool,
}

impl<'a> Raised<'a> {
    /// `None`: somebody else has put it up.
    fn new(flag: &'a AtomicBool) -> Option<Self> {
        (!flag.swap(true, Ordering::Acquire)).then(|| Raised { flag })
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.flag.store(false, Ordering::Release);
    }
}
