//! What the builder promises, however its workers take turns.

use std::array;
use std::sync::mpsc;
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

/// A chain of many units is compiled by one worker.
pub fn a_program_with_many_levels() {
    let site = Site::new(1);
    site.build((1..30).rev().fold(leaf(30), |needed, id| unit(id, [needed])));
    site.compiled(&(1..=30).rev().collect::<Vec<_>>());
}

/// A unit that needs many others, each of which needs another one, is compiled by one worker.
pub fn a_unit_that_needs_very_many() {
    let site = Site::new(1);
    site.build(unit(1, array::from_fn::<_, 40, _>(|n| unit(2 + n as UnitId, [leaf(42 + n as UnitId)]))));
    site.compiled_in_any_order(&(1..=81).collect::<Vec<_>>());
}

/// Two units that a unit needs are compiled at the same time.
pub fn what_a_unit_needs_is_compiled_at_the_same_time() {
    let site = Site::where_these_meet(2, &[2, 3]);
    site.build(unit(1, [leaf(2), leaf(3)]));
    site.compiled_in_any_order(&[1, 2, 3]);
}

/// As many units as there are workers are compiled at the same time.
pub fn as_many_units_as_there_are_workers_are_compiled_at_the_same_time() {
    let site = Site::where_these_meet(3, &[2, 3, 4]);
    site.build(unit(1, [leaf(2), leaf(3), leaf(4)]));
    site.compiled_in_any_order(&[1, 2, 3, 4]);
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

/// A unit is compiled while a unit of another build is being compiled, which began earlier and is not done.
pub fn units_of_different_builds_are_compiled_at_the_same_time() {
    let meeting = Rendezvous::new(2, "compiling unit 2 and compiling unit 3");
    let (tell, begun) = mpsc::channel();
    let compile = move |id| {
        if id == 2 {
            tell.send(()).unwrap();
        }
        if id != 1 {
            meeting.arrive();
        }
    };
    let site = Site::with(2, compile).and_guests(1);
    thread::scope(|developers| {
        developers.spawn(|| site.build(unit(1, [leaf(2)])));
        begun.recv().unwrap();
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

    /// A site where some units wait for each other while they are compiled.
    fn where_these_meet(workers: usize, units: &'static [UnitId]) -> Self {
        let what: Vec<_> = units.iter().map(|id| format!("compiling unit {id}")).collect();
        let meeting = Rendezvous::new(units.len(), &what.join(" and "));
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
