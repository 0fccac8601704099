//! idea: after its flag, each side writes down that it gives way; when both flags are up, the one who wrote last does. Peterson's algorithm, without the waiting.
//! trade-off: of two that meet, one always gets through; a third variable, and six accesses in place of four that have to be `SeqCst`.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag for each side, and who gives way if both are up.
struct Flags {
    ticking: AtomicBool,
    saving: AtomicBool,
    ticker_gives_way: AtomicBool,
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
    let flags = Arc::new(Flags {
        ticking: AtomicBool::new(false),
        saving: AtomicBool::new(false),
        ticker_gives_way: AtomicBool::new(false),
    });
    (Ticker { flags: Arc::clone(&flags) }, Saver { flags })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let flags = &*self.flags;
        let _raised = Raised::new(&flags.ticking);
        flags.ticker_gives_way.store(true, Ordering::SeqCst);
        if flags.saving.load(Ordering::SeqCst) && flags.ticker_gives_way.load(Ordering::SeqCst) {
            return None;
        }
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let flags = &*self.flags;
        let _raised = Raised::new(&flags.saving);
        flags.ticker_gives_way.store(false, Ordering::SeqCst);
        if flags.ticking.load(Ordering::SeqCst) && !flags.ticker_gives_way.load(Ordering::SeqCst) {
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
        flag.store(true, Ordering::SeqCst);
        Raised { flag }
    }
}

impl Drop for Raised<'_> {
    fn drop(&mut self) {
        self.flag.store(false, Ordering::Release);
    }
}
