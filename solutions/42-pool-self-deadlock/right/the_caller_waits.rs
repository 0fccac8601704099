//! idea: whoever calls `build` orders level by level: first what needs nothing, then what needs only that. Only the caller waits, and it is no worker.
//! trade-off: the pool stays as simple as a pool can be; a level begins when the last unit of the one before is done, and workers have nothing to do meanwhile.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};

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
                    pool.carry_out(order);
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Builder { pool, workers }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        let mut levels = Vec::new();
        sort_into_levels(unit, &mut levels);
        for level in levels {
            let orders: Vec<_> = level.into_iter().map(|id| self.pool.order(id)).collect();
            for compiled in orders {
                compiled.recv().unwrap();
            }
        }
    }
}

/// Puts a unit, and all that it needs, where they belong: a unit is on a higher level than everything that it needs.
fn sort_into_levels(unit: Unit, levels: &mut Vec<Vec<UnitId>>) -> usize {
    let level = unit.needs.into_iter().map(|need| sort_into_levels(need, levels) + 1).max().unwrap_or(0);
    if levels.len() <= level {
        levels.resize_with(level + 1, Vec::new);
    }
    levels[level].push(unit.id);
    level
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
    id: UnitId,
    done: Sender<()>,
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
    fn order(&self, id: UnitId) -> Receiver<()> {
        let (done, compiled) = mpsc::channel();
        self.orders.lock().unwrap().queue.push_back(Order { id, done });
        self.news.notify_one();
        compiled
    }

    /// The order that has waited for longest. `None`: the builder is gone.
    fn next_order(&self) -> Option<Order> {
        let orders = self.orders.lock().unwrap();
        let idle = |orders: &mut Orders| orders.queue.is_empty() && !orders.closed;
        self.news.wait_while(orders, idle).unwrap().queue.pop_front()
    }

    fn carry_out(&self, order: Order) {
        (self.compile)(order.id);
        let _ = order.done.send(());
    }
}
