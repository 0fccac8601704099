//! verdict: assertion-failed
//! scenario: there_is_room_for_as_many_as_promised
//! why: dishes are sorted by table, so that a waiter can serve one table after the other: the table with the highest number gets its dinner when the others have left.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::collections::{BTreeMap, VecDeque};
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
    shelves: Mutex<BTreeMap<Table, VecDeque<Dish>>>,
    /// Cooks wait for a free place.
    place: Condvar,
    /// Waiters wait for a dish.
    dish: Condvar,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass { room, shelves: Mutex::default(), place: Condvar::new(), dish: Condvar::new() }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        let mut shelves = self.shelves.lock().unwrap();
        while shelves.values().map(VecDeque::len).sum::<usize>() == self.room {
            shelves = self.place.wait(shelves).unwrap();
        }
        shelves.entry(dish.table).or_default().push_back(dish);
        self.dish.notify_one();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        let mut shelves = self.shelves.lock().unwrap();
        loop {
            if let Some(dish) = shelves.values_mut().find_map(VecDeque::pop_front) {
                self.place.notify_one();
                return dish;
            }
            shelves = self.dish.wait(shelves).unwrap();
        }
    }
}
