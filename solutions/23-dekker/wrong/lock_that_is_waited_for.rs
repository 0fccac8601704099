//! verdict: not-concurrent
//! scenario: a_tick_does_not_wait_for_a_save
//! why: a `Mutex` keeps them apart without a thought, and the game stands still while a world is written to disk.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::{Arc, Mutex};

/// The side of the game: there is one.
pub struct Ticker {
    at_the_world: Arc<Mutex<()>>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    at_the_world: Arc<Mutex<()>>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let at_the_world = Arc::new(Mutex::new(()));
    (Ticker { at_the_world: Arc::clone(&at_the_world) }, Saver { at_the_world })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let _guard = self.at_the_world.lock().unwrap();
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _guard = self.at_the_world.lock().unwrap();
        Some(copy())
    }
}
