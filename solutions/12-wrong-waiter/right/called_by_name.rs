//! idea: whoever must wait puts its name on the list of those who wait for the same, and is called by it.
//! trade-off: exactly one thread is woken for each thing, in the order in which they came; two lists and a promise to keep them.
//!
//! The pass of a restaurant: the counter where cooks put the dishes, and waiters take them.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::thread::{self, Thread};

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
    counter: Mutex<Counter>,
}

#[derive(Default)]
struct Counter {
    dishes: VecDeque<Dish>,
    cooks: VecDeque<Thread>,
    waiters: VecDeque<Thread>,
}

impl Pass {
    pub fn new(room: usize) -> Self {
        Pass { room, counter: Mutex::default() }
    }

    /// Puts a dish on the pass, as soon as there is room for it.
    pub fn put(&self, dish: Dish) {
        loop {
            let mut counter = self.counter.lock().unwrap();
            if counter.dishes.len() < self.room {
                cross_out(&mut counter.cooks);
                counter.dishes.push_back(dish);
                call(&mut counter.waiters);
                return;
            }
            write_down(&mut counter.cooks);
            drop(counter);
            thread::park();
        }
    }

    /// Takes the dish that has been on the pass for longest, as soon as there is one.
    pub fn take(&self) -> Dish {
        loop {
            let mut counter = self.counter.lock().unwrap();
            if let Some(dish) = counter.dishes.pop_front() {
                cross_out(&mut counter.waiters);
                call(&mut counter.cooks);
                return dish;
            }
            write_down(&mut counter.waiters);
            drop(counter);
            thread::park();
        }
    }
}

/// Puts the current thread at the end of the list, unless it is there.
fn write_down(list: &mut VecDeque<Thread>) {
    let me = thread::current();
    if !list.iter().any(|other| other.id() == me.id()) {
        list.push_back(me);
    }
}

/// Whoever does not wait any more must not be called.
fn cross_out(list: &mut VecDeque<Thread>) {
    let me = thread::current().id();
    list.retain(|other| other.id() != me);
}

fn call(list: &mut VecDeque<Thread>) {
    if let Some(first) = list.pop_front() {
        first.unpark();
    }
}
