//! verdict: assertion-failed
//! scenario: a_cook_sleeps_until_there_is_room
//! why: cooks who never wait cannot be the wrong ones to be woken: dishes pile up on the pass as fast as they are cooked.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};

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
    put: Sender<Dish>,
    dishes: Mutex<Receiver<Dish>>,
}

impl Pass {
    pub fn new(_room: usize) -> Self {
        let (put, dishes) = mpsc::channel();
        Pass { put, dishes: Mutex::new(dishes) }
    }

    /// Puts a dish on the pass.
    pub fn put(&self, dish: Dish) {
        self.put.send(dish).unwrap();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        self.dishes.lock().unwrap().recv().unwrap()
    }
}
