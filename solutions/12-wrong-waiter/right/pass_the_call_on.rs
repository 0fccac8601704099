//! idea: a call is made when something comes where nothing was; whoever is woken and leaves something for the next one calls the next one.
//! trade-off: few calls, none of them for nothing, whoever comes or goes; it takes all who use the pass to hand on what they leave, and one who forgets it brings everything to a stop.
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
    /// Cooks wait for a free place.
    place: Condvar,
    /// Waiters wait for a dish.
    dish: Condvar,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass { room, dishes: Mutex::new(VecDeque::with_capacity(room)), place: Condvar::new(), dish: Condvar::new() }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        let mut dishes = self.dishes.lock().unwrap();
        while dishes.len() == self.room {
            dishes = self.place.wait(dishes).unwrap();
        }
        let was_empty = dishes.is_empty();
        dishes.push_back(dish);
        if was_empty {
            self.dish.notify_one();
        }
        if dishes.len() < self.room {
            self.place.notify_one();
        }
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let mut dishes = self.dishes.lock().unwrap();
        loop {
            let was_full = dishes.len() == self.room;
            if let Some(dish) = dishes.pop_front() {
                if was_full {
                    self.place.notify_one();
                }
                if !dishes.is_empty() {
                    self.dish.notify_one();
                }
                return dish;
            }
            dishes = self.dish.wait(dishes).unwrap();
        }
    }
}
