//! idea: whoever calls `build` keeps the books, a list of units and what each misses. The workers compile numbers, and report; only the caller knows of trees.
//! trade-off: no shared state at all but two channels, and the workers stay as simple as workers can be; each unit goes back to the caller, who must be awake before the next one can begin.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
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
    /// `None`: it is being dropped.
    jobs: Option<Sender<Job>>,
    workers: Vec<JoinHandle<()>>,
}

/// A unit that misses nothing.
struct Job {
    id: UnitId,
    /// Its line in the books of the build.
    line: usize,
    report: Sender<usize>,
}

/// A unit in the books of a build.
struct Line {
    id: UnitId,
    needed_by: Option<usize>,
    missing: usize,
}

impl Builder {
    pub fn new(workers: usize, compile: impl Fn(UnitId) + Send + Sync + 'static) -> Self {
        let (jobs, queue) = mpsc::channel();
        let (queue, compile) = (Arc::new(Mutex::new(queue)), Arc::new(compile));
        let worker = |_| {
            let (queue, compile) = (Arc::clone(&queue), Arc::clone(&compile));
            thread::spawn(move || {
                while let Some(Job { id, line, report }) = next(&queue) {
                    compile(id);
                    let _ = report.send(line);
                }
            })
        };
        let workers = (0..workers).map(worker).collect();
        Builder { jobs: Some(jobs), workers }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        let mut books = books(unit);
        let (report, reports) = mpsc::channel();
        let jobs = self.jobs.as_ref().unwrap();
        let order = |id, line| jobs.send(Job { id, line, report: report.clone() }).unwrap();
        for (line, unit) in books.iter().enumerate().filter(|(_, unit)| unit.missing == 0) {
            order(unit.id, line);
        }
        for _ in 0..books.len() {
            let compiled = reports.recv().unwrap();
            if let Some(line) = books[compiled].needed_by {
                books[line].missing -= 1;
                if books[line].missing == 0 {
                    order(books[line].id, line);
                }
            }
        }
    }
}

impl Drop for Builder {
    fn drop(&mut self) {
        self.jobs = None;
        for worker in self.workers.drain(..) {
            worker.join().unwrap();
        }
    }
}

/// The next job. `None`: the builder is gone. The queue is unlocked again before the job is done.
fn next(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().unwrap().recv().ok()
}

/// A list of a unit and of everything that it needs.
fn books(unit: Unit) -> Vec<Line> {
    let mut books = Vec::new();
    let mut unlisted = vec![(unit, None)];
    while let Some((unit, needed_by)) = unlisted.pop() {
        let line = books.len();
        books.push(Line { id: unit.id, needed_by, missing: unit.needs.len() });
        unlisted.extend(unit.needs.into_iter().map(|need| (need, Some(line))));
    }
    books
}
