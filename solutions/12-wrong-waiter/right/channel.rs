//! idea: a bounded channel: it knows who waits for room and who waits for goods.
//! trade-off: nothing of one's own to get wrong; its receiver has one owner, and waiters queue for the lock around it.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, SyncSender};

/// The number of a table.
pub type Table = u16;

/// What a table has ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dish {
    pub table: Table,
    pub name: String,
}

/// A counter with room for a few dishes.
pub struct Pass {
    room: SyncSender<Dish>,
    dishes: Mutex<Receiver<Dish>>,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        let (room, dishes) = mpsc::sync_channel(room);
        Pass { room, dishes: Mutex::new(dishes) }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        self.room.send(dish).unwrap();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        self.dishes.lock().unwrap().recv().unwrap()
    }
}
