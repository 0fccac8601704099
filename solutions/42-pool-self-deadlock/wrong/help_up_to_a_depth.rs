//! verdict: deadlock
//! kind: nobody-will-wake
//! scenario: a_program_with_many_levels
//! why: stacks are not without end, so a worker that has helped ten deep only waits: a program with one level more is a build that stops again.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

const DEEPEST: usize = 10;

/// The number of a unit.
pub type UnitId = u32;

/// Something to compile, and what it needs. No unit is needed by two others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub needs: Vec<Unit>,
}

/// Compiles units on a fixed number of threads.
pub struct Builder {
    pool: Arc<Pool>,
    workers: Vec<JoinHandle<()>>,
}

impl Builder {
    pub fn new(workers: usize, compile: impl Fn(UnitId) + Send + Sync + 'static) -> Self {
        let pool = Arc::new(Pool { orders: Mutex::default(), news: Condvar::new(), compile: Box::new(compile) });
        let worker = |_| {
            let pool = Arc::clone(&pool);
            thread::spawn(move || {
                while let Some(order) = pool.next_order() {
                    pool.carry_out(order, 0);
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Builder { pool, workers }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        let done = self.pool.order(unit);
        let orders = self.pool.orders.lock().unwrap();
        drop(self.pool.news.wait_while(orders, |_| !done.load(Ordering::SeqCst)).unwrap());
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.pool.orders.lock().unwrap().closed = true;
        self.pool.news.notify_all();
        for worker in self.workers.drain(..) {
            worker.join().unwrap();
        }
    }
}

/// A unit that is to be compiled.
struct Order {
    unit: Unit,
    done: Arc<AtomicBool>,
}

#[derive(Default)]
struct Orders {
    queue: VecDeque<Order>,
    closed: bool,
}

/// What the workers share.
struct Pool {
    orders: Mutex<Orders>,
    news: Condvar,
    compile: Box<dyn Fn(UnitId) + Send + Sync>,
}

impl Pool {
    /// Puts a unit into the queue. What comes back tells when it has been compiled.
    fn order(&self, unit: Unit) -> Arc<AtomicBool> {
        let done = Arc::new(AtomicBool::new(false));
        self.orders.lock().unwrap().queue.push_back(Order { unit, done: Arc::clone(&done) });
        self.news.notify_all();
        done
    }

    /// The order that has waited for longest. `None`: the builder is gone.
    fn next_order(&self) -> Option<Order> {
        let orders = self.orders.lock().unwrap();
        let idle = |orders: &mut Orders| orders.queue.is_empty() && !orders.closed;
        self.news.wait_while(orders, idle).unwrap().queue.pop_front()
    }

    fn carry_out(&self, order: Order, depth: usize) {
        let needs: Vec<_> = order.unit.needs.into_iter().map(|need| self.order(need)).collect();
        for need in needs {
            self.help_until(&need, depth);
        }
        (self.compile)(order.unit.id);
        // Under the lock, so that nobody looks and then sleeps through it.
        let orders = self.orders.lock().unwrap();
        order.done.store(true, Ordering::SeqCst);
        drop(orders);
        self.news.notify_all();
    }

    fn help_until(&self, done: &AtomicBool, depth: usize) {
        let mut orders = self.orders.lock().unwrap();
        while !done.load(Ordering::SeqCst) {
            if depth == DEEPEST {
                orders = self.news.wait(orders).unwrap();
            } else if let Some(order) = orders.queue.pop_front() {
                drop(orders);
                self.carry_out(order, depth + 1);
                orders = self.orders.lock().unwrap();
            } else {
                orders = self.news.wait(orders).unwrap();
            }
        }
    }
}
