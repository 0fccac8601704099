//! idea: a board under one lock says for each unit who needs it and how much it misses; the workers read it, and take what misses nothing.
//! trade-off: the whole state of all builds is in one place, and can be shown; every worker needs the lock of the board whenever something is done.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::collections::VecDeque;
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
        let pool = Arc::new(Pool { board: Mutex::default(), news: Condvar::new(), compile: Box::new(compile) });
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
        let (done, compiled) = mpsc::channel();
        self.pool.board.lock().unwrap().pin(unit, None, Some(done));
        self.pool.news.notify_all();
        compiled.recv().unwrap();
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.pool.board.lock().unwrap().closed = true;
        self.pool.news.notify_all();
        for worker in self.workers.drain(..) {
            worker.join().unwrap();
        }
    }
}

/// A unit that is to be compiled.
struct Note {
    id: UnitId,
    missing: usize,
    needed_by: Option<usize>,
    done: Option<Sender<()>>,
}

#[derive(Default)]
struct Board {
    notes: Vec<Note>,
    /// The places of those that miss nothing.
    ready: VecDeque<usize>,
    closed: bool,
}

impl Board {
    fn pin(&mut self, unit: Unit, needed_by: Option<usize>, done: Option<Sender<()>>) {
        let place = self.notes.len();
        self.notes.push(Note { id: unit.id, missing: unit.needs.len(), needed_by, done });
        if unit.needs.is_empty() {
            self.ready.push_back(place);
        }
        for need in unit.needs {
            self.pin(need, Some(place), None);
        }
    }

    fn tick_off(&mut self, place: usize) {
        if let Some(done) = self.notes[place].done.take() {
            let _ = done.send(());
        }
        if let Some(next) = self.notes[place].needed_by {
            self.notes[next].missing -= 1;
            if self.notes[next].missing == 0 {
                self.ready.push_back(next);
            }
        }
    }
}

/// What the workers share.
struct Pool {
    board: Mutex<Board>,
    news: Condvar,
    compile: Box<dyn Fn(UnitId) + Send + Sync>,
}

impl Pool {
    /// The place of a unit that can be compiled. `None`: the builder is gone.
    fn next_order(&self) -> Option<usize> {
        let board = self.board.lock().unwrap();
        let idle = |board: &mut Board| board.ready.is_empty() && !board.closed;
        self.news.wait_while(board, idle).unwrap().ready.pop_front()
    }

    fn carry_out(&self, place: usize) {
        let id = self.board.lock().unwrap().notes[place].id;
        (self.compile)(id);
        self.board.lock().unwrap().tick_off(place);
        self.news.notify_all();
    }
}
