//! verdict: assertion-failed
//! scenario: the_dish_that_was_there_first_is_taken_first
//! why: two shelves in turn, so that fewer meet at each; who finds the one empty where its dish should come takes from the other, and from then on the turns of cooks and waiters do not agree.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex};
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
    shelves: [Mutex<VecDeque<Dish>>; 2],
    put: AtomicUsize,
    taken: AtomicUsize,
    free_places: Semaphore,
    dishes_there: Semaphore,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass {
            shelves: Default::default(),
            put: AtomicUsize::new(0),
            taken: AtomicUsize::new(0),
            free_places: Semaphore::new(room),
            dishes_there: Semaphore::new(0),
        }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        self.free_places.acquire();
        let turn = self.put.fetch_add(1, Ordering::SeqCst);
        self.shelves[turn % 2].lock().unwrap().push_back(dish);
        self.dishes_there.release();
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        self.dishes_there.acquire();
        loop {
            let turn = self.taken.fetch_add(1, Ordering::SeqCst);
            let dish = self.shelves[turn % 2].lock().unwrap().pop_front();
            if let Some(dish) = dish {
                self.free_places.release();
                return dish;
            }
            thread::yield_now();
        }
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
