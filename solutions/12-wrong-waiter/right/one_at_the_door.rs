//! idea: cooks queue at one door and waiters at another: at most one of each looks at the pass, so that whoever is woken is the right one.
//! trade-off: one condition variable is enough, and the queues are plain mutexes; it is right because of something that is said nowhere near the `wait`.
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
    cooks: Mutex<()>,
    waiters: Mutex<()>,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass {
            room,
            dishes: Mutex::new(VecDeque::with_capacity(room)),
            changed: Condvar::new(),
            cooks: Mutex::new(()),
            waiters: Mutex::new(()),
        }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        // With one of each, nobody who waits can be woken for another one's reason.
        let _first = self.cooks.lock().unwrap();
        let mut dishes = self.dishes.lock().unwrap();
        while dishes.len() == self.room {
            dishes = self.changed.wait(dishes).unwrap();
        }
        dishes.push_back(dish);
        self.changed.notify_one();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let _first = self.waiters.lock().unwrap();
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
