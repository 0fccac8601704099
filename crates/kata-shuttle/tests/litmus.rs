//! Litmus tests: which outcomes C++20, and so Rust, allows, and which of them this world reaches.
//!
//! The table goes into MEMORY_MODEL.md, which must agree with it: run with `UPDATE=1` to write it anew.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use kata_shuttle::Settings;
use kata_shuttle::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};
use kata_shuttle::sync::atomic::{AtomicU8, fence};
use kata_shuttle::thread;
use kata_trace::{Budget, Verdict};

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/MEMORY_MODEL.md");
const BEGIN: &str = "<!-- begin: written by tests/litmus.rs -->\n";
const END: &str = "<!-- end -->\n";

/// What the loads have read, in the order of the threads, and then the final values of `x` and `y` if they matter.
type Outcome = Vec<u8>;

/// An access of a thread.
#[derive(Clone, Copy, Debug)]
enum Access {
    Read(usize),
    Write(usize, u8),
}
use Access::{Read, Write};

const X: usize = 0;
const Y: usize = 1;

/// How the threads make their accesses.
#[derive(Clone, Copy, Debug)]
struct Style {
    name: &'static str,
    store: Ordering,
    load: Ordering,
    /// Between any two accesses of a thread.
    fence: Option<Ordering>,
}

const RELAXED: Style = Style { name: "relaxed", store: Relaxed, load: Relaxed, fence: None };
const ACQ_REL: Style = Style { name: "release, acquire", store: Release, load: Acquire, fence: None };
const SEQ_CST: Style = Style { name: "seq-cst", store: SeqCst, load: SeqCst, fence: None };
const ACQ_REL_FENCES: Style = Style { name: "acq-rel fences", store: Relaxed, load: Relaxed, fence: Some(AcqRel) };
const SEQ_CST_FENCES: Style = Style { name: "seq-cst fences", store: Relaxed, load: Relaxed, fence: Some(SeqCst) };
const STYLES: [Style; 5] = [RELAXED, ACQ_REL, SEQ_CST, ACQ_REL_FENCES, SEQ_CST_FENCES];

/// A litmus test.
struct Shape {
    name: &'static str,
    threads: &'static [&'static [Access]],
    /// Whether the outcome ends with the final values of `x` and `y`.
    finals: &'static [usize],
    /// The outcomes that coherence alone leaves.
    coherent: &'static [&'static [u8]],
    /// Those of them that no interleaving explains.
    weak: &'static [&'static [u8]],
    /// The styles under which C++20 allows those.
    weak_under: &'static [&'static str],
}

const BITS2: &[&[u8]] = &[&[0, 0], &[0, 1], &[1, 0], &[1, 1]];
const BITS4: &[&[u8]] = &[
    &[0, 0, 0, 0],
    &[0, 0, 0, 1],
    &[0, 0, 1, 0],
    &[0, 0, 1, 1],
    &[0, 1, 0, 0],
    &[0, 1, 0, 1],
    &[0, 1, 1, 0],
    &[0, 1, 1, 1],
    &[1, 0, 0, 0],
    &[1, 0, 0, 1],
    &[1, 0, 1, 0],
    &[1, 0, 1, 1],
    &[1, 1, 0, 0],
    &[1, 1, 0, 1],
    &[1, 1, 1, 0],
    &[1, 1, 1, 1],
];

const SHAPES: &[Shape] = &[
    Shape {
        name: "MP: x=1; y=1 ‖ r1=y; r2=x",
        threads: &[&[Write(X, 1), Write(Y, 1)], &[Read(Y), Read(X)]],
        finals: &[],
        coherent: BITS2,
        weak: &[&[1, 0]],
        weak_under: &["relaxed"],
    },
    Shape {
        name: "SB: x=1; r1=y ‖ y=1; r2=x",
        threads: &[&[Write(X, 1), Read(Y)], &[Write(Y, 1), Read(X)]],
        finals: &[],
        coherent: BITS2,
        weak: &[&[0, 0]],
        weak_under: &["relaxed", "release, acquire", "acq-rel fences"],
    },
    Shape {
        name: "LB: r1=x; y=1 ‖ r2=y; x=1",
        threads: &[&[Read(X), Write(Y, 1)], &[Read(Y), Write(X, 1)]],
        finals: &[],
        coherent: BITS2,
        weak: &[&[1, 1]],
        weak_under: &["relaxed"],
    },
    Shape {
        name: "IRIW: x=1 ‖ y=1 ‖ r1=x; r2=y ‖ r3=y; r4=x",
        threads: &[&[Write(X, 1)], &[Write(Y, 1)], &[Read(X), Read(Y)], &[Read(Y), Read(X)]],
        finals: &[],
        coherent: BITS4,
        weak: &[&[1, 0, 1, 0]],
        weak_under: &["relaxed", "release, acquire", "acq-rel fences"],
    },
    Shape {
        name: "2+2W: x=1; y=2 ‖ y=1; x=2; then x, y",
        threads: &[&[Write(X, 1), Write(Y, 2)], &[Write(Y, 1), Write(X, 2)]],
        finals: &[X, Y],
        coherent: &[&[1, 1], &[1, 2], &[2, 1], &[2, 2]],
        weak: &[&[1, 1]],
        weak_under: &["relaxed", "release, acquire", "acq-rel fences"],
    },
    Shape {
        name: "CoRR: x=1 ‖ r1=x; r2=x",
        threads: &[&[Write(X, 1)], &[Read(X), Read(X)]],
        finals: &[],
        coherent: &[&[0, 0], &[0, 1], &[1, 1]],
        weak: &[],
        weak_under: &[],
    },
    Shape {
        name: "CoWW: x=1; x=2 ‖ r1=x; then x",
        threads: &[&[Write(X, 1), Write(X, 2)], &[Read(X)]],
        finals: &[X],
        coherent: &[&[0, 2], &[1, 2], &[2, 2]],
        weak: &[],
        weak_under: &[],
    },
    Shape {
        name: "CoWR: x=1; r1=x ‖ x=2; then x",
        threads: &[&[Write(X, 1), Read(X)], &[Write(X, 2)]],
        finals: &[X],
        coherent: &[&[1, 1], &[1, 2], &[2, 2]],
        weak: &[],
        weak_under: &[],
    },
    Shape {
        name: "CoRW: r1=x; x=1 ‖ x=2; then x",
        threads: &[&[Read(X), Write(X, 1)], &[Write(X, 2)]],
        finals: &[X],
        coherent: &[&[0, 1], &[0, 2], &[2, 1]],
        weak: &[],
        weak_under: &[],
    },
];

impl Shape {
    fn allowed(&self, style: Style) -> BTreeSet<Outcome> {
        let forbidden = |outcome: &&[u8]| self.weak.contains(outcome) && !self.weak_under.contains(&style.name);
        self.coherent.iter().copied().filter(|outcome| !forbidden(outcome)).map(<[u8]>::to_vec).collect()
    }

    /// Every outcome of every interleaving.
    fn reached(&'static self, style: Style) -> BTreeSet<Outcome> {
        CURRENT.set(Some((self, style)));
        SEEN.with_borrow_mut(BTreeSet::clear);
        let finding = kata_shuttle::run(scenario, &Budget::default(), Settings { silent: true });
        assert_eq!(finding.verdict, Verdict::Passed, "{}: {}", self.name, finding.message);
        assert!(finding.evidence.exhaustive, "{}: {:?}", self.name, finding.evidence);
        SEEN.with_borrow_mut(std::mem::take)
    }
}

std::thread_local! {
    static CURRENT: Cell<Option<(&'static Shape, Style)>> = const { Cell::new(None) };
    static SEEN: RefCell<BTreeSet<Outcome>> = const { RefCell::new(BTreeSet::new()) };
}

fn scenario() {
    let (shape, style) = CURRENT.get().expect("a shape was chosen");
    let memory = [AtomicU8::new(0), AtomicU8::new(0)];
    let run = |accesses: &[Access]| {
        let mut read = Outcome::new();
        for (index, access) in accesses.iter().enumerate() {
            if let Some(order) = style.fence
                && index > 0
            {
                fence(order);
            }
            match *access {
                Read(object) => read.push(memory[object].load(style.load)),
                Write(object, value) => memory[object].store(value, style.store),
            }
        }
        read
    };
    let mut outcome: Outcome = thread::scope(|scope| {
        let threads: Vec<_> = shape.threads.iter().map(|accesses| scope.spawn(|| run(accesses))).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    outcome.extend(shape.finals.iter().map(|object| memory[*object].load(Relaxed)));
    let program = kata::arena::enter_program(false);
    SEEN.with_borrow_mut(|seen| seen.insert(outcome.clone()));
    kata::arena::enter_program(program);
}

fn text(outcomes: impl IntoIterator<Item = Outcome>) -> String {
    let digits = |outcome: Outcome| outcome.iter().map(u8::to_string).collect::<String>();
    outcomes.into_iter().map(|outcome| format!("`{}`", digits(outcome))).collect::<Vec<_>>().join(" ")
}

#[test]
fn exactly_the_outcomes_of_interleavings_are_reached_whatever_the_ordering() {
    for shape in SHAPES {
        let interleaved: BTreeSet<Outcome> =
            shape.coherent.iter().filter(|outcome| !shape.weak.contains(outcome)).map(|o| o.to_vec()).collect();
        for style in STYLES {
            assert_eq!(shape.reached(style), interleaved, "{}, {}", shape.name, style.name);
        }
    }
}

#[test]
fn nothing_is_reached_that_the_memory_model_forbids() {
    for shape in SHAPES {
        for style in STYLES {
            let (reached, allowed) = (shape.reached(style), shape.allowed(style));
            assert!(reached.is_subset(&allowed), "{}, {}: {reached:?} of {allowed:?}", shape.name, style.name);
        }
    }
}

#[test]
fn the_document_lists_what_is_allowed_and_never_reached() {
    let mut table = String::from(
        "| shape | orderings | C++20 allows | reached | allowed, never reached |\n|---|---|---|---|---|\n",
    );
    for shape in SHAPES {
        for style in STYLES {
            let (reached, allowed) = (shape.reached(style), shape.allowed(style));
            let missed = text(allowed.difference(&reached).cloned());
            let (name, style) = (shape.name, style.name);
            let counts = (allowed.len(), reached.len());
            table.push_str(&format!("| {name} | {style} | {} | {} | {missed} |\n", counts.0, counts.1));
        }
    }
    let document = std::fs::read_to_string(DOCUMENT).expect("MEMORY_MODEL.md is there");
    let (head, rest) = document.split_once(BEGIN).expect("the table begins");
    let (old, tail) = rest.split_once(END).expect("the table ends");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(DOCUMENT, format!("{head}{BEGIN}{table}{END}{tail}")).expect("MEMORY_MODEL.md can be written");
    } else {
        assert_eq!(old, table, "MEMORY_MODEL.md is out of date: run this test with UPDATE=1");
    }
}
