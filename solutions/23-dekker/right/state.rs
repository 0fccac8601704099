//! idea: one state for both, changed by compare-and-exchange: idle, ticking, saving.
//! trade-off: a state more is a line more, as when two savers may work at the same time; both sides write to the same place.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const IDLE: u8 = 0;
const TICKING: u8 = 1;
const SAVING: u8 = 2;

/// The side of the game: there is one.
pub struct Ticker {
    state: Arc<AtomicU8>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    state: Arc<AtomicU8>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let state = Arc::new(AtomicU8::new(IDLE));
    (Ticker { state: Arc::clone(&state) }, Saver { state })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let _busy = Busy::new(&self.state, TICKING)?;
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _busy = Busy::new(&self.state, SAVING)?;
        Some(copy())
    }
}

/// The world is not idle, until this is dropped.
struct Busy<'a> {
    state: &'a AtomicU8,
}

impl<'a> Busy<'a> {
    fn new(state: &'a AtomicU8, with: u8) -> Option<Self> {
        state.compare_exchange(IDLE, with, Ordering::Acquire, Ordering::Relaxed).ok()?;
        Some(Busy { state })
    }
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.state.store(IDLE, Ordering::Release);
    }
}
