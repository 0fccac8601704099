//! verdict: assertion-failed
//! scenario: a_cook_sleeps_until_there_is_room
//! why: a cook who finds the pass full throws the dish away: nobody waits for room any more, and a table waits for its dish.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex};

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
    room: usize,
    dishes: Mutex<VecDeque<Dish>>,
    changed: Condvar,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass { room, dishes: Mutex::new(VecDeque::with_capacity(room)), changed: Condvar::new() }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        let mut dishes = self.dishes.lock().unwrap();
        if dishes.len() < self.room {
            dishes.push_back(dish);
        }
        self.changed.notify_one();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let mut dishes = self.dishes.lock().unwrap();
        loop {
            if let Some(dish) = dishes.pop_front() {
                self.changed.notify_one();
                return dish;
            }
            dishes = self.changed.wait(dishes).unwrap();
        }
    }
}
