//! What the builder promises, however its workers take turns.

use std::sync::{Arc, Mutex};
use std::thread;

use kata::{Rendezvous, Verdict};
use pool_self_deadlock::{Builder, Unit, UnitId};

/// One worker compiles a unit and what it needs.
pub fn one_worker_and_a_unit_that_needs_another() {
    let site = Site::new(1);
    site.build(unit(1, [leaf(2)]));
    site.compiled(&[2, 1]);
}

/// A chain of three units is compiled by two workers, each when what it needs has been compiled.
pub fn a_chain_longer_than_there_are_workers() {
    let site = Site::new(2);
    site.build(unit(1, [unit(2, [leaf(3)])]));
    site.compiled(&[3, 2, 1]);
}

/// A worker compiles what is ordered, one build after the other.
pub fn one_build_after_the_other() {
    let site = Site::new(1);
    site.build(leaf(1));
    site.compiled(&[1]);
    site.build(unit(2, [leaf(3)]));
    site.compiled(&[1, 3, 2]);
}

/// Each unit of a tree is compiled once, when everything that it needs has been compiled.
pub fn a_unit_that_needs_several() {
    let site = Site::new(2);
    site.build(unit(1, [leaf(2), leaf(3)]));
    site.compiled_in_any_order(&[1, 2, 3]);
}

/// Units of a tree are compiled once, each when everything that it needs has been compiled, by one worker, too.
pub fn a_tree_and_one_worker() {
    let site = Site::new(1);
    site.build(unit(1, [unit(2, [leaf(3), leaf(4)]), leaf(5)]));
    site.compiled_in_any_order(&[1, 2, 3, 4, 5]);
}

/// Two units that a unit needs are compiled at the same time.
pub fn what_a_unit_needs_is_compiled_at_the_same_time() {
    let site = Site::where_these_meet(2, &[2, 3]);
    site.build(unit(1, [leaf(2), leaf(3)]));
    site.compiled_in_any_order(&[1, 2, 3]);
}

/// Two units far down in the tree are compiled at the same time by two workers, however many units need them.
pub fn two_units_far_down_are_compiled_at_the_same_time() {
    let site = Site::where_these_meet(2, &[3, 4]);
    site.build(unit(1, [unit(2, [leaf(3), leaf(4)])]));
    site.compiled_in_any_order(&[1, 2, 3, 4]);
}

/// Units in different branches of the tree are compiled at the same time.
pub fn units_in_different_branches_are_compiled_at_the_same_time() {
    let site = Site::where_these_meet(2, &[3, 4]);
    site.build(unit(1, [unit(2, [leaf(3)]), leaf(4)]));
    site.compiled_in_any_order(&[1, 2, 3, 4]);
}

/// Units of different builds are compiled at the same time.
pub fn units_of_different_builds_are_compiled_at_the_same_time() {
    let site = Site::where_these_meet(2, &[2, 3]).and_guests(1);
    thread::scope(|developers| {
        developers.spawn(|| site.build(unit(1, [leaf(2)])));
        site.build(leaf(3));
    });
    site.compiled_in_any_order(&[1, 2, 3]);
}

/// One worker compiles one unit at a time, whoever has ordered it.
pub fn no_more_units_are_compiled_at_a_time_than_there_are_workers() {
    let site = Site::new(1).and_guests(1);
    thread::scope(|developers| {
        developers.spawn(|| site.build(leaf(1)));
        site.build(leaf(2));
    });
    site.compiled_in_any_order(&[1, 2]);
}

/// A builder, and what it compiles.
struct Site {
    builder: Builder,
    workers: usize,
    log: Arc<Mutex<Log>>,
    /// Threads of the scenario.
    guests: usize,
}

#[derive(Default)]
struct Log {
    ordered: Vec<(UnitId, Vec<UnitId>)>,
    under_way: Vec<UnitId>,
    compiled: Vec<UnitId>,
}

impl Site {
    fn new(workers: usize) -> Self {
        Site::with(workers, |_| {})
    }

    /// A site where two units wait for each other while they are compiled.
    fn where_these_meet(workers: usize, units: &'static [UnitId; 2]) -> Self {
        let meeting = Rendezvous::new(2, &format!("compiling unit {} and compiling unit {}", units[0], units[1]));
        Site::with(workers, move |id| {
            if units.contains(&id) {
                meeting.arrive();
            }
        })
    }

    fn with(workers: usize, compile: impl Fn(UnitId) + Send + Sync + 'static) -> Self {
        let log = Arc::new(Mutex::new(Log::default()));
        let builder = Builder::new(workers, {
            let log = Arc::clone(&log);
            move |id| {
                log.lock().unwrap().begin(id, workers);
                compile(id);
                log.lock().unwrap().end(id);
            }
        });
        Site { builder, workers, log, guests: 0 }
    }

    /// The scenario itself starts so many threads.
    fn and_guests(self, guests: usize) -> Self {
        Site { guests, ..self }
    }

    fn build(&self, unit: Unit) {
        let id = unit.id;
        self.log.lock().unwrap().order(&unit);
        self.builder.build(unit);
        if !self.log.lock().unwrap().compiled.contains(&id) {
            fail(Verdict::AssertionFailed, format!("`build` has returned, and unit {id} has not been compiled"));
        }
        let started = kata::threads_started() - self.guests;
        if started > self.workers {
            let workers = self.workers;
            fail(Verdict::Oversubscribed, format!("{}, and has started {started} threads", has(workers)));
        }
    }

    fn compiled(&self, order: &[UnitId]) {
        let compiled = self.log.lock().unwrap().compiled.clone();
        assert!(compiled == order, "the order of the units should be {order:?}, and it was {compiled:?}");
    }

    fn compiled_in_any_order(&self, units: &[UnitId]) {
        let mut compiled = self.log.lock().unwrap().compiled.clone();
        compiled.sort_unstable();
        assert!(compiled == units, "the units are {units:?}, and compiled were {compiled:?}");
    }
}

impl Log {
    fn order(&mut self, unit: &Unit) {
        self.ordered.push((unit.id, unit.needs.iter().map(|need| need.id).collect()));
        unit.needs.iter().for_each(|need| self.order(need));
    }

    fn begin(&mut self, id: UnitId, workers: usize) {
        let Some((_, needs)) = self.ordered.iter().find(|(unit, _)| *unit == id) else {
            fail(Verdict::AssertionFailed, format!("unit {id} is compiled, and nobody has ordered it"))
        };
        if self.under_way.contains(&id) || self.compiled.contains(&id) {
            fail(Verdict::AssertionFailed, format!("unit {id} is compiled a second time"));
        }
        if let Some(need) = needs.iter().find(|need| !self.compiled.contains(need)) {
            let message = format!("unit {id} is compiled, and unit {need}, which it needs, has not been compiled yet");
            fail(Verdict::AssertionFailed, message);
        }
        self.under_way.push(id);
        if self.under_way.len() > workers {
            let units = &self.under_way;
            fail(Verdict::Oversubscribed, format!("{}, and is compiling {units:?} at a time", has(workers)));
        }
    }

    fn end(&mut self, id: UnitId) {
        self.under_way.retain(|unit| *unit != id);
        self.compiled.push(id);
    }
}

fn has(workers: usize) -> String {
    let plural = if workers == 1 { "" } else { "s" };
    format!("the builder has {workers} worker{plural}")
}

fn unit<const N: usize>(id: UnitId, needs: [Unit; N]) -> Unit {
    Unit { id, needs: needs.into() }
}

fn leaf(id: UnitId) -> Unit {
    unit(id, [])
}

/// Ends the scenario here: the builder, when it is dropped, would wait for workers that perhaps never end.
#[track_caller]
fn fail(verdict: Verdict, message: String) -> ! {
    kata::fail(verdict, message)
}
