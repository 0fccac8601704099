//! idea: two semaphores: one counts the free places, one counts the dishes; on each of them everybody waits for the same.
//! trade-off: the classic form, in which each side knows only its own count; three locks for one queue.
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
    dishes: Mutex<VecDeque<Dish>>,
    free_places: Semaphore,
    dishes_there: Semaphore,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass {
            dishes: Mutex::new(VecDeque::with_capacity(room)),
            free_places: Semaphore::new(room),
            dishes_there: Semaphore::new(0),
        }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        self.free_places.acquire();
        self.dishes.lock().unwrap().push_back(dish);
        self.dishes_there.release();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        self.dishes_there.acquire();
        let dish = self.dishes.lock().unwrap().pop_front();
        self.free_places.release();
        dish.unwrap()
    }
}

/// A number of things to be had.
struct Semaphore {
    left: Mutex<usize>,
    one_more: Condvar,
}

impl Semaphore {
    fn new(left: usize) -> Self {
        Semaphore { left: Mutex::new(left), one_more: Condvar::new() }
    }

    fn acquire(&self) {
        let left = self.left.lock().unwrap();
        *self.one_more.wait_while(left, |left| *left == 0).unwrap() -= 1;
    }

    fn release(&self) {
        *self.left.lock().unwrap() += 1;
        self.one_more.notify_one();
    }
}
