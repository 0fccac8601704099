//! verdict: deadlock
//! kind: channel
//! scenario: there_is_room_for_as_many_as_promised
//! why: a channel without room hands each dish over in person: a cook cannot put anything down before a waiter is there.
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

/// A counter for dishes.
pub struct Pass {
    put: SyncSender<Dish>,
    dishes: Mutex<Receiver<Dish>>,
}

impl Pass {
    pub fn new(_room: usize) -> Self {
        let (put, dishes) = mpsc::sync_channel(0);
        Pass { put, dishes: Mutex::new(dishes) }
    }

    /// Gives a dish to a waiter.
    pub fn put(&self, dish: Dish) {
        self.put.send(dish).unwrap();
    }

    /// Takes a dish from a cook.
    pub fn take(&self) -> Dish {
        self.dishes.lock().unwrap().recv().unwrap()
    }
}
