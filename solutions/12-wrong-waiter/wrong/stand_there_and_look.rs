//! verdict: livelock
//! scenario: a_cook_sleeps_until_there_is_room
//! why: nobody sleeps, and nobody has to be woken: cooks and waiters run to the pass again and again, and keep the processors busy with it.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread;

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
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass { room, dishes: Mutex::new(VecDeque::with_capacity(room)) }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        let mut dishes = self.dishes.lock().unwrap();
        while dishes.len() == self.room {
            drop(dishes);
            thread::yield_now();
            dishes = self.dishes.lock().unwrap();
        }
        dishes.push_back(dish);
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let mut dishes = self.dishes.lock().unwrap();
        loop {
            if let Some(dish) = dishes.pop_front() {
                return dish;
            }
            drop(dishes);
            thread::yield_now();
            dishes = self.dishes.lock().unwrap();
        }
    }
}
