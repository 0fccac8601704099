//! idea: an order whose needs are not compiled goes to the back of the queue, and the worker takes the next one.
//! trade-off: a worker never waits for a unit; but it asks again and again, and if there is nothing else it goes round in circles.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::collections::VecDeque;
use std::sync::mpsc::{self, Receiver, Sender, TryRecvError};
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
        self.pool.order(unit).recv().unwrap();
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
    needs: Vec<Receiver<()>>,
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
    fn order(&self, unit: Unit) -> Receiver<()> {
        let (done, compiled) = mpsc::channel();
        let needs = unit.needs.into_iter().map(|need| self.order(need)).collect();
        self.enqueue(Order { id: unit.id, needs, done });
        compiled
    }

    fn enqueue(&self, order: Order) {
        self.orders.lock().unwrap().queue.push_back(order);
        self.news.notify_one();
    }

    /// The order that has waited for longest. `None`: the builder is gone.
    fn next_order(&self) -> Option<Order> {
        let orders = self.orders.lock().unwrap();
        let idle = |orders: &mut Orders| orders.queue.is_empty() && !orders.closed;
        self.news.wait_while(orders, idle).unwrap().queue.pop_front()
    }

    fn carry_out(&self, mut order: Order) {
        order.needs.retain(|need| need.try_recv() == Err(TryRecvError::Empty));
        if order.needs.is_empty() {
            (self.compile)(order.id);
            let _ = order.done.send(());
        } else {
            self.enqueue(order);
            thread::yield_now();
        }
    }
}
