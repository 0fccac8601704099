//! verdict: assertion-failed
//! scenario: two_worlds
//! why: a thread that is in a copy must not tick, so each thread keeps in mind that it is in one; in which world's, it does not.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::cell::Cell;
use std::sync::{Arc, Mutex};

thread_local! {
    /// This thread is in a tick or in a copy.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// The side of the game: there is one.
pub struct Ticker {
    turn: Arc<Mutex<()>>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    turn: Arc<Mutex<()>>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let turn = Arc::new(Mutex::new(()));
    (Ticker { turn: Arc::clone(&turn) }, Saver { turn })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        alone(&self.turn, move_on)
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        alone(&self.turn, copy)
    }
}

fn alone<R>(turn: &Mutex<()>, work: impl FnOnce() -> R) -> Option<R> {
    if INSIDE.get() {
        return None;
    }
    let _turn = turn.try_lock().ok()?;
    INSIDE.set(true);
    let result = work();
    INSIDE.set(false);
    Some(result)
}
