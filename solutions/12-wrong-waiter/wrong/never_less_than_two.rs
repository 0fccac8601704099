//! verdict: assertion-failed
//! scenario: one_dish_where_there_is_room_for_one
//! why: with room for one, everybody is in the way of everybody, so nobody gets a pass that small: whoever orders one has a reason.
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
        Pass {
            room: room.max(2),
            dishes: Mutex::new(VecDeque::with_capacity(room)),
            place: Condvar::new(),
            dish: Condvar::new(),
        }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        let mut dishes = self.dishes.lock().unwrap();
        while dishes.len() == self.room {
            dishes = self.place.wait(dishes).unwrap();
        }
        dishes.push_back(dish);
        self.dish.notify_one();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let mut dishes = self.dishes.lock().unwrap();
        loop {
            if let Some(dish) = dishes.pop_front() {
                self.place.notify_one();
                return dish;
            }
            dishes = self.dish.wait(dishes).unwrap();
        }
    }
}
