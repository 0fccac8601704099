//! idea: the queue holds only what needs nothing; whoever compiles the last thing that a unit misses goes on with that unit itself.
//! trade-off: fewer trips to the queue, and what was just compiled is at hand; a worker that climbs up leaves those who wait in the queue to others, and builds that came later may overtake earlier ones.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};
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
                    pool.carry_out(&order);
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Builder { pool, workers }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        let (done, compiled) = mpsc::channel();
        self.pool.plan(unit, Then::Tell(done));
        compiled.recv().unwrap();
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
    id: UnitId,
    /// What it needs that has not been compiled yet.
    missing: AtomicUsize,
    then: Then,
}

/// What happens when a unit has been compiled.
enum Then {
    /// Another one misses one thing less.
    Supply(Arc<Order>),
    /// Somebody is told.
    Tell(Sender<()>),
}

#[derive(Default)]
struct Orders {
    /// Those that miss nothing.
    queue: VecDeque<Arc<Order>>,
    closed: bool,
}

/// What the workers share.
struct Pool {
    orders: Mutex<Orders>,
    news: Condvar,
    compile: Box<dyn Fn(UnitId) + Send + Sync>,
}

impl Pool {
    /// Orders a unit and everything that it needs.
    fn plan(&self, unit: Unit, then: Then) {
        let order = Arc::new(Order { id: unit.id, missing: AtomicUsize::new(unit.needs.len()), then });
        if unit.needs.is_empty() {
            self.enqueue(order);
            return;
        }
        for need in unit.needs {
            self.plan(need, Then::Supply(Arc::clone(&order)));
        }
    }

    fn enqueue(&self, order: Arc<Order>) {
        self.orders.lock().unwrap().queue.push_back(order);
        self.news.notify_one();
    }

    /// The order that has waited for longest. `None`: the builder is gone.
    fn next_order(&self) -> Option<Arc<Order>> {
        let orders = self.orders.lock().unwrap();
        let idle = |orders: &mut Orders| orders.queue.is_empty() && !orders.closed;
        self.news.wait_while(orders, idle).unwrap().queue.pop_front()
    }

    /// Compiles a unit, and those above it that miss nothing any more.
    fn carry_out(&self, mut order: &Order) {
        loop {
            (self.compile)(order.id);
            match &order.then {
                Then::Supply(next) if next.missing.fetch_sub(1, Ordering::SeqCst) == 1 => order = next,
                Then::Supply(_) => return,
                Then::Tell(done) => {
                    let _ = done.send(());
                    return;
                }
            }
        }
    }
}
