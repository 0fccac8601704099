//! The litmus tests. `x` and `y` are 0 at first; `‖` separates threads; `r1` … are what is read, in this order in the
//! outcomes; a capital letter is a final value.

use std::sync::Arc;

use kata_loom::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use kata_loom::sync::atomic::{AtomicU8, fence};
use kata_loom::thread;

use crate::table::{Outcome, Row, space};

const LOAD_BUFFERING: &str = "no load buffering";
const HISTORY: &str = "seven newest stores";
const NO_OVERTAKING: &str = "read-modify-writes do not overtake stores";
const FAILED_EXCHANGE: &str = "failed exchanges read the newest store";
const FOREIGN_READS: &str = "acquire fences acquire what others have read";

/// The orderings of one thread.
#[derive(Clone, Copy)]
struct Side {
    store: Ordering,
    load: Ordering,
    /// Between its first access and its second.
    fence: Option<Ordering>,
}

const fn plain(store: Ordering, load: Ordering) -> Side {
    Side { store, load, fence: None }
}

const fn fenced(fence: Ordering) -> Side {
    Side { store: Relaxed, load: Relaxed, fence: Some(fence) }
}

const RLX: Side = plain(Relaxed, Relaxed);
const RA: Side = plain(Release, Acquire);
const SC: Side = plain(SeqCst, SeqCst);
const SC_STORE: Side = plain(SeqCst, Acquire);
const SC_LOAD: Side = plain(Release, SeqCst);
const F_REL: Side = fenced(Release);
const F_ACQ: Side = fenced(Acquire);
const F_ACQ_REL: Side = fenced(AcqRel);
const F_SC: Side = fenced(SeqCst);

impl Side {
    fn load(self, atomic: &AtomicU8) -> u8 {
        atomic.load(self.load)
    }

    fn store(self, atomic: &AtomicU8, value: u8) {
        atomic.store(value, self.store);
    }

    fn between(self) {
        if let Some(order) = self.fence {
            fence(order);
        }
    }
}

/// Two atomics.
#[derive(Default)]
struct Memory {
    x: AtomicU8,
    y: AtomicU8,
}

impl Memory {
    /// Final values: everything has happened.
    fn x(&self) -> u8 {
        self.x.load(Relaxed)
    }

    fn y(&self) -> u8 {
        self.y.load(Relaxed)
    }
}

type Thread = Box<dyn FnOnce(&Memory) -> Outcome + Send>;

/// Runs the threads of a test; what they read, and then what `last` reads when they are done.
fn run(threads: Vec<Thread>, last: fn(&Memory) -> Outcome) -> Outcome {
    let memory = Memory::default();
    thread::scope(|scope| {
        let memory = &memory;
        let running: Vec<_> = threads.into_iter().map(|thread| scope.spawn(move || thread(memory))).collect();
        let mut outcome: Outcome = running.into_iter().flat_map(|thread| thread.join().unwrap()).collect();
        outcome.extend(last(memory));
        outcome
    })
}

fn nothing(_: &Memory) -> Outcome {
    Vec::new()
}

/// A test whose threads do one or two things each.
macro_rules! shape {
    ($($side:ident => |$memory:ident| $body:expr),+ ; $last:expr) => {
        Arc::new(move || run(vec![$(Box::new(move |$memory: &Memory| -> Outcome { let _ = $side; $body })),+], $last))
    };
}

type Allowed = fn(&[u8]) -> bool;

struct Shape {
    name: &'static str,
    space: Vec<Outcome>,
    preemptions: Option<u32>,
    rows: Vec<Row>,
}

impl Shape {
    fn new(name: &'static str, values: &[&[u8]]) -> Self {
        Shape { name, space: space(values), preemptions: None, rows: Vec::new() }
    }

    /// More rows, with another shape.
    fn shape(self, name: &'static str, values: &[&[u8]]) -> Self {
        Shape { name, space: space(values), ..self }
    }

    /// Explored up to a number of preemptions only: with four threads, all of it takes minutes.
    fn up_to(self, preemptions: u32) -> Self {
        Shape { preemptions: Some(preemptions), ..self }
    }

    fn row(mut self, orderings: &str, run: Arc<dyn Fn() -> Outcome + Send + Sync>, allowed: Allowed) -> Self {
        self.rows.push(Row {
            shape: self.name,
            orderings: orderings.to_owned(),
            space: self.space.clone(),
            allowed,
            run,
            preemptions: self.preemptions,
            deviation: None,
        });
        self
    }

    fn deviates(mut self, name: &'static str) -> Self {
        self.rows.last_mut().expect("a row deviates").deviation = Some(name);
        self
    }
}

const BIT: &[u8] = &[0, 1];
const TRIT: &[u8] = &[0, 1, 2];

fn all(_: &[u8]) -> bool {
    true
}

pub(crate) fn rows() -> Vec<Row> {
    let shapes = [
        message_passing(),
        store_buffering(),
        load_buffering(),
        iriw(),
        write_to_read_causality(),
        two_plus_two_writes(),
        s(),
        r(),
        read_read_coherence(),
        same_order_for_all(),
        write_read_coherence(),
        write_write_coherence(),
        read_write_coherence(),
        release_sequence(),
        atomicity(),
        swap_and_store(),
        lost_update(),
        old_store(),
        failed_exchange(),
        foreign_read(),
        foreign_fence(),
    ];
    shapes.into_iter().flat_map(|shape| shape.rows).collect()
}

fn message_passing() -> Shape {
    let mp = |w: Side, r: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            w => |m| { w.store(&m.x, 1); w.between(); w.store(&m.y, 1); vec![] },
            r => |m| { let r1 = r.load(&m.y); r.between(); vec![r1, r.load(&m.x)] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [1, 0];
    Shape::new("MP: x=1; y=1 ‖ r1=y; r2=x", &[BIT, BIT])
        .row("relaxed", mp(RLX, RLX), all)
        .row("release / acquire", mp(RA, RA), ordered)
        .row("release / relaxed", mp(RA, RLX), all)
        .row("relaxed / acquire", mp(RLX, RA), all)
        .row("seq-cst", mp(SC, SC), ordered)
        .row("release fence / acquire fence", mp(F_REL, F_ACQ), ordered)
        .row("seq-cst fences", mp(F_SC, F_SC), ordered)
        .row("release fence / relaxed", mp(F_REL, RLX), all)
        .row("relaxed / acquire fence", mp(RLX, F_ACQ), all)
        .row("acquire fence / release fence", mp(F_ACQ, F_REL), all)
        .row("seq-cst fence / relaxed", mp(F_SC, RLX), all)
        .row("release / acquire fence", mp(RA, F_ACQ), ordered)
        .row("release fence / acquire", mp(F_REL, RA), ordered)
}

fn store_buffering() -> Shape {
    let sb = |a: Side, b: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            a => |m| { a.store(&m.x, 1); a.between(); vec![a.load(&m.y)] },
            b => |m| { b.store(&m.y, 1); b.between(); vec![b.load(&m.x)] };
            nothing
        )
    };
    let rmw = |store: bool, load: bool| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        let write = move |atomic: &AtomicU8| {
            if store {
                atomic.swap(1, AcqRel);
            } else {
                atomic.store(1, Release)
            }
        };
        let read = move |atomic: &AtomicU8| if load { atomic.fetch_add(0, AcqRel) } else { atomic.load(Acquire) };
        shape!(
            write => |m| { write(&m.x); vec![read(&m.y)] },
            write => |m| { write(&m.y); vec![read(&m.x)] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [0, 0];
    Shape::new("SB: x=1; r1=y ‖ y=1; r2=x", &[BIT, BIT])
        .row("relaxed", sb(RLX, RLX), all)
        .row("release, acquire", sb(RA, RA), all)
        .row("seq-cst", sb(SC, SC), ordered)
        .row("seq-cst stores, acquire loads", sb(SC_STORE, SC_STORE), all)
        .row("release stores, seq-cst loads", sb(SC_LOAD, SC_LOAD), all)
        .row("seq-cst ‖ release, acquire", sb(SC, RA), all)
        .row("acq-rel fences", sb(F_ACQ_REL, F_ACQ_REL), all)
        .row("seq-cst fences", sb(F_SC, F_SC), ordered)
        .row("seq-cst fence ‖ relaxed", sb(F_SC, RLX), all)
        .row("seq-cst ‖ seq-cst fence", sb(SC, F_SC), ordered)
        .row("seq-cst fence ‖ seq-cst", sb(F_SC, SC), ordered)
        .row("acq-rel swap, acquire load", rmw(true, false), all)
        .row("release store, acq-rel add 0", rmw(false, true), all)
        .deviates(NO_OVERTAKING)
        .row("acq-rel swap, acq-rel add 0", rmw(true, true), ordered)
}

fn load_buffering() -> Shape {
    let lb = |a: Side, b: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            a => |m| { let r1 = a.load(&m.x); a.between(); a.store(&m.y, 1); vec![r1] },
            b => |m| { let r2 = b.load(&m.y); b.between(); b.store(&m.x, 1); vec![r2] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [1, 1];
    Shape::new("LB: r1=x; y=1 ‖ r2=y; x=1", &[BIT, BIT])
        .row("relaxed", lb(RLX, RLX), all)
        .deviates(LOAD_BUFFERING)
        .row("relaxed ‖ acquire, release", lb(RLX, RA), all)
        .deviates(LOAD_BUFFERING)
        .row("acquire, release", lb(RA, RA), ordered)
        .row("seq-cst", lb(SC, SC), ordered)
        .row("acq-rel fences", lb(F_ACQ_REL, F_ACQ_REL), ordered)
        .row("seq-cst fences", lb(F_SC, F_SC), ordered)
}

fn iriw() -> Shape {
    let iriw = |w: Side, r: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            w => |m| { w.store(&m.x, 1); vec![] },
            w => |m| { w.store(&m.y, 1); vec![] },
            r => |m| { let r1 = r.load(&m.x); r.between(); vec![r1, r.load(&m.y)] },
            r => |m| { let r3 = r.load(&m.y); r.between(); vec![r3, r.load(&m.x)] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [1, 0, 1, 0];
    Shape::new("IRIW: x=1 ‖ y=1 ‖ r1=x; r2=y ‖ r3=y; r4=x", &[BIT, BIT, BIT, BIT])
        .up_to(2)
        .row("relaxed", iriw(RLX, RLX), all)
        .row("release, acquire", iriw(RA, RA), all)
        .row("seq-cst", iriw(SC, SC), ordered)
        .row("seq-cst stores, acquire loads", iriw(SC_STORE, SC_STORE), all)
        .row("release stores, seq-cst loads", iriw(SC_LOAD, SC_LOAD), ordered)
        .row("acquire fences", iriw(RLX, F_ACQ), all)
        .row("seq-cst fences", iriw(RLX, F_SC), ordered)
}

fn write_to_read_causality() -> Shape {
    let wrc = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); vec![] },
            s => |m| { let r1 = s.load(&m.x); s.between(); s.store(&m.y, 1); vec![r1] },
            s => |m| { let r2 = s.load(&m.y); s.between(); vec![r2, s.load(&m.x)] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [1, 1, 0];
    Shape::new("WRC: x=1 ‖ r1=x; y=1 ‖ r2=y; r3=x", &[BIT, BIT, BIT])
        .row("relaxed", wrc(RLX), all)
        .row("release, acquire", wrc(RA), ordered)
        .row("seq-cst", wrc(SC), ordered)
        .row("acq-rel fences", wrc(F_ACQ_REL), ordered)
        .row("seq-cst fences", wrc(F_SC), ordered)
}

fn two_plus_two_writes() -> Shape {
    let w22 = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); s.between(); s.store(&m.y, 2); vec![] },
            s => |m| { s.store(&m.y, 1); s.between(); s.store(&m.x, 2); vec![] };
            |m| vec![m.x(), m.y()]
        )
    };
    let ordered: Allowed = |o| o != [1, 1];
    Shape::new("2+2W: x=1; y=2 ‖ y=1; x=2; then X, Y", &[&[1, 2], &[1, 2]])
        .row("relaxed", w22(RLX), all)
        .row("release", w22(RA), all)
        .row("seq-cst", w22(SC), ordered)
        .row("acq-rel fences", w22(F_ACQ_REL), all)
        .row("seq-cst fences", w22(F_SC), ordered)
}

fn s() -> Shape {
    let s = |a: Side, b: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            a => |m| { a.store(&m.x, 2); a.between(); a.store(&m.y, 1); vec![] },
            b => |m| { let r1 = b.load(&m.y); b.between(); b.store(&m.x, 1); vec![r1] };
            |m| vec![m.x()]
        )
    };
    let ordered: Allowed = |o| o != [1, 2];
    Shape::new("S: x=2; y=1 ‖ r1=y; x=1; then X", &[BIT, &[1, 2]])
        .row("relaxed", s(RLX, RLX), all)
        .row("release, acquire", s(RA, RA), ordered)
        .row("seq-cst", s(SC, SC), ordered)
        .row("release fence / acquire fence", s(F_REL, F_ACQ), ordered)
        .row("seq-cst fences", s(F_SC, F_SC), ordered)
}

fn r() -> Shape {
    let r = |a: Side, b: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            a => |m| { a.store(&m.x, 1); a.between(); a.store(&m.y, 1); vec![] },
            b => |m| { b.store(&m.y, 2); b.between(); vec![b.load(&m.x)] };
            |m| vec![m.y()]
        )
    };
    let ordered: Allowed = |o| o != [0, 2];
    Shape::new("R: x=1; y=1 ‖ y=2; r1=x; then Y", &[BIT, &[1, 2]])
        .row("relaxed", r(RLX, RLX), all)
        .row("release, acquire", r(RA, RA), all)
        .row("seq-cst", r(SC, SC), ordered)
        .row("acq-rel fences", r(F_ACQ_REL, F_ACQ_REL), all)
        .row("seq-cst fences", r(F_SC, F_SC), ordered)
        .row("seq-cst fence ‖ seq-cst", r(F_SC, SC), ordered)
}

fn read_read_coherence() -> Shape {
    let corr = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); vec![] },
            s => |m| { let r1 = s.load(&m.x); s.between(); vec![r1, s.load(&m.x)] };
            nothing
        )
    };
    let coherent: Allowed = |o| o != [1, 0];
    Shape::new("CoRR: x=1 ‖ r1=x; r2=x", &[BIT, BIT])
        .row("relaxed", corr(RLX), coherent)
        .row("release, acquire", corr(RA), coherent)
        .row("seq-cst", corr(SC), coherent)
        .row("seq-cst fences", corr(F_SC), coherent)
}

fn same_order_for_all() -> Shape {
    let corr2 = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); vec![] },
            s => |m| { s.store(&m.x, 2); vec![] },
            s => |m| { let r1 = s.load(&m.x); vec![r1, s.load(&m.x)] },
            s => |m| { let r3 = s.load(&m.x); vec![r3, s.load(&m.x)] };
            nothing
        )
    };
    let coherent: Allowed = |o| {
        // Each reader sees an order of the two stores, and it is the same one.
        let backwards = |a: u8, b: u8| a != 0 && b == 0;
        let order = |a: u8, b: u8| if a != 0 && b != 0 && a != b { Some(a < b) } else { None };
        let (one, other) = (order(o[0], o[1]), order(o[2], o[3]));
        !backwards(o[0], o[1]) && !backwards(o[2], o[3]) && (one.is_none() || other.is_none() || one == other)
    };
    Shape::new("CoRR2: x=1 ‖ x=2 ‖ r1=x; r2=x ‖ r3=x; r4=x", &[TRIT, TRIT, TRIT, TRIT])
        .up_to(2)
        .row("relaxed", corr2(RLX), coherent)
        .row("release, acquire", corr2(RA), coherent)
        .up_to(3)
        .row("seq-cst", corr2(SC), coherent)
}

fn write_read_coherence() -> Shape {
    let cowr = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); s.between(); vec![s.load(&m.x)] },
            s => |m| { s.store(&m.x, 2); vec![] };
            |m| vec![m.x()]
        )
    };
    let coherent: Allowed = |o| o[0] != 0 && !(o[0] == 2 && o[1] == 1);
    Shape::new("CoWR: x=1; r1=x ‖ x=2; then X", &[TRIT, &[1, 2]])
        .row("relaxed", cowr(RLX), coherent)
        .row("release, acquire", cowr(RA), coherent)
        .row("seq-cst", cowr(SC), coherent)
        .row("seq-cst fences", cowr(F_SC), coherent)
}

fn write_write_coherence() -> Shape {
    let coww = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { s.store(&m.x, 1); s.between(); s.store(&m.x, 2); vec![] },
            s => |m| { let r1 = s.load(&m.x); vec![r1, s.load(&m.x)] };
            |m| vec![m.x()]
        )
    };
    let coherent: Allowed = |o| o[0] <= o[1] && o[2] == 2;
    Shape::new("CoWW: x=1; x=2 ‖ r1=x; r2=x; then X", &[TRIT, TRIT, &[1, 2]])
        .row("relaxed", coww(RLX), coherent)
        .row("release, acquire", coww(RA), coherent)
        .row("seq-cst", coww(SC), coherent)
        .row("seq-cst fences", coww(F_SC), coherent)
}

fn read_write_coherence() -> Shape {
    let corw = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { let r1 = s.load(&m.x); s.between(); s.store(&m.x, 1); vec![r1] },
            s => |m| { s.store(&m.x, 2); vec![] };
            |m| vec![m.x()]
        )
    };
    let coherent: Allowed = |o| o[0] != 1 && !(o[0] == 2 && o[1] == 2);
    Shape::new("CoRW: r1=x; x=1 ‖ x=2; then X", &[TRIT, &[1, 2]])
        .row("relaxed", corw(RLX), coherent)
        .row("release, acquire", corw(RA), coherent)
        .row("seq-cst", corw(SC), coherent)
        .row("seq-cst fences", corw(F_SC), coherent)
}

fn release_sequence() -> Shape {
    // r1 is the message, r2 the data behind it.
    let read = |m: &Memory| -> Outcome {
        let r1 = m.y.load(Acquire);
        vec![r1, m.x.load(Relaxed)]
    };
    let send = |m: &Memory| {
        m.x.store(1, Relaxed);
        m.y.store(1, Release);
    };
    let add: Arc<dyn Fn() -> Outcome + Send + Sync> = shape!(
        send => |m| { send(m); vec![] },
        send => |m| { let _ = m.y.compare_exchange(1, 2, Relaxed, Relaxed); vec![] },
        read => |m| read(m);
        nothing
    );
    let same: Arc<dyn Fn() -> Outcome + Send + Sync> = shape!(
        send => |m| { send(m); m.y.store(2, Relaxed); vec![] },
        read => |m| read(m);
        nothing
    );
    let other: Arc<dyn Fn() -> Outcome + Send + Sync> = shape!(
        send => |m| { send(m); vec![] },
        send => |m| { if m.y.load(Relaxed) == 1 { m.y.store(2, Relaxed); } vec![] },
        read => |m| read(m);
        nothing
    );
    Shape::new("release sequence: x=1; y=1 (release) …; y=2 (relaxed) ‖ r1=y (acquire); r2=x", &[TRIT, BIT])
        .row("compare-and-exchange of another thread", add, |o| o[0] == 0 || o[1] == 1)
        .row("store of the same thread", same, |o| o != [1, 0])
        .row("store of another thread", other, |o| o != [1, 0])
}

fn atomicity() -> Shape {
    let add = |order: Ordering| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            order => |m| vec![m.x.fetch_add(1, order)],
            order => |m| vec![m.x.fetch_add(1, order)];
            |m| vec![m.x()]
        )
    };
    let atomic: Allowed = |o| o[0] != o[1] && o[2] == 2;
    Shape::new("RMW: r1=x++ ‖ r2=x++; then X", &[BIT, BIT, TRIT])
        .row("relaxed", add(Relaxed), atomic)
        .row("acq-rel", add(AcqRel), atomic)
        .row("seq-cst", add(SeqCst), atomic)
}

fn swap_and_store() -> Shape {
    let swap = |order: Ordering| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            order => |m| vec![m.x.swap(1, order)],
            order => |m| { m.x.store(2, Relaxed); vec![] };
            |m| vec![m.x()]
        )
    };
    let weak: Arc<dyn Fn() -> Outcome + Send + Sync> = shape!(
        swap => |m| { m.x.store(1, Relaxed); m.y.store(1, Relaxed); vec![] },
        swap => |m| { let r1 = m.y.load(Relaxed); vec![r1, m.x.swap(2, Relaxed)] };
        |m| vec![m.x()]
    );
    let atomic: Allowed = |o| o == [0, 2] || o == [2, 1];
    Shape::new("RMW: r1=swap(x, 1) ‖ x=2; then X", &[TRIT, TRIT])
        .row("relaxed", swap(Relaxed), atomic)
        .row("acq-rel", swap(AcqRel), atomic)
        .row("seq-cst", swap(SeqCst), atomic)
        .shape("RMW: x=1; y=1 ‖ r1=y; r2=swap(x, 2); then X", &[BIT, BIT, &[1, 2]])
        .row("relaxed", weak, |o| o[1..] == [0, 1] || o[1..] == [1, 2])
        .deviates(NO_OVERTAKING)
}

fn lost_update() -> Shape {
    let add = |s: Side| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            s => |m| { let old = s.load(&m.x); s.store(&m.x, old + 1); vec![] },
            s => |m| { let old = s.load(&m.x); s.store(&m.x, old + 1); vec![] };
            |m| vec![m.x()]
        )
    };
    Shape::new("lost update: x=x+1 ‖ x=x+1; then X", &[TRIT])
        .row("relaxed", add(RLX), |o| o[0] != 0)
        .row("release, acquire", add(RA), |o| o[0] != 0)
        .row("seq-cst", add(SC), |o| o[0] != 0)
}

fn old_store() -> Shape {
    let old = |stores: u8| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        shape!(
            stores => |m| { (0..stores).for_each(|_| m.x.store(1, Relaxed)); m.y.store(1, Relaxed); vec![] },
            stores => |m| { let r1 = m.y.load(Relaxed); vec![r1, m.x.load(Relaxed)] };
            nothing
        )
    };
    Shape::new("old stores: x=1 n times; y=1 ‖ r1=y; r2=x", &[BIT, BIT])
        .row("relaxed, n = 6", old(6), all)
        .row("relaxed, n = 7", old(7), all)
        .deviates(HISTORY)
}

fn failed_exchange() -> Shape {
    let fails = |order: Ordering| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        let read = move |atomic: &AtomicU8| atomic.compare_exchange(7, 8, order, Relaxed).unwrap_err();
        shape!(
            read => |m| { m.x.store(1, Relaxed); vec![read(&m.y)] },
            read => |m| { m.y.store(1, Relaxed); vec![read(&m.x)] };
            nothing
        )
    };
    Shape::new("SB with an exchange that fails for the load", &[BIT, BIT])
        .row("relaxed", fails(Relaxed), all)
        .deviates(FAILED_EXCHANGE)
}

fn foreign_read() -> Shape {
    let isa2 = |middle: Ordering| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        // x is the data, y goes from the first thread to the second, y=2 from the second to the third.
        shape!(
            middle => |m| { m.x.store(1, Relaxed); m.y.store(1, Release); vec![] },
            middle => |m| { if m.y.load(middle) == 1 { m.y.store(2, Release); } vec![] },
            middle => |m| { let r1 = m.y.load(Acquire); fence(Acquire); vec![r1, m.x.load(Relaxed)] };
            nothing
        )
    };
    Shape::new("x=1; y=1 (release) ‖ if y=1 then y=2 (release) ‖ r1=y (acquire); acquire fence; r2=x", &[TRIT, BIT])
        .row("acquire in the middle", isa2(Acquire), |o| o != [1, 0] && o != [2, 0])
        .row("relaxed in the middle", isa2(Relaxed), |o| o != [1, 0])
        .deviates(FOREIGN_READS)
}

fn foreign_fence() -> Shape {
    let mixed = |own: bool| -> Arc<dyn Fn() -> Outcome + Send + Sync> {
        // The fence follows x=1 because its thread has been told of it, not because it has written or read x itself.
        shape!(
            own => |m| {
                if own {
                    m.x.store(1, Relaxed);
                } else {
                    thread::scope(|scope| {
                        scope.spawn(|| m.x.store(1, Relaxed));
                    });
                }
                fence(SeqCst);
                vec![m.y.load(Relaxed)]
            },
            own => |m| { m.y.store(1, SeqCst); vec![m.x.load(SeqCst)] };
            nothing
        )
    };
    let ordered: Allowed = |o| o != [0, 0];
    Shape::new("SB: x=1; seq-cst fence; r1=y ‖ y=1 (seq-cst); r2=x (seq-cst)", &[BIT, BIT])
        .row("x=1 in the first thread", mixed(true), ordered)
        .row("x=1 in a thread that the first one has joined", mixed(false), ordered)
}
