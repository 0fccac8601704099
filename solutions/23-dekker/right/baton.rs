//! idea: there is one baton, and who has it may work at the world. The lock is held only while the baton is taken or put back.
//! trade-off: what may be done is something that can be owned, so that the compiler watches over it; locks twice where a flag is swapped and stored.
//!
//! A game server: one thread moves the world on, tick by tick, while another one saves it now and then.

use std::sync::{Arc, Mutex};

/// Whoever has it may work at the world.
struct Baton;

/// The side of the game: there is one.
pub struct Ticker {
    stand: Arc<Mutex<Option<Baton>>>,
}

/// The side of the saved games: there is one.
pub struct Saver {
    stand: Arc<Mutex<Option<Baton>>>,
}

/// The two sides of a world.
pub fn world() -> (Ticker, Saver) {
    let stand = Arc::new(Mutex::new(Some(Baton)));
    (Ticker { stand: Arc::clone(&stand) }, Saver { stand })
}

impl Ticker {
    /// Moves the world on. `None`: it is being saved, and the tick is left out.
    pub fn tick<R>(&mut self, move_on: impl FnOnce() -> R) -> Option<R> {
        let _held = Held::new(&self.stand)?;
        Some(move_on())
    }
}

impl Saver {
    /// Saves the world. `None`: it is moving, and the saver comes back later.
    pub fn save<R>(&mut self, copy: impl FnOnce() -> R) -> Option<R> {
        let _held = Held::new(&self.stand)?;
        Some(copy())
    }
}

/// Held by whoever is at the world, and put back when this is dropped.
struct Held<'a> {
    stand: &'a Mutex<Option<Baton>>,
    baton: Option<Baton>,
}

impl<'a> Held<'a> {
    /// `None`: somebody else has the baton.
    fn new(stand: &'a Mutex<Option<Baton>>) -> Option<Self> {
        let baton = stand.lock().unwrap().take()?;
        Some(Held { stand, baton: Some(baton) })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.stand.lock().unwrap() = self.baton.take();
    }
}
