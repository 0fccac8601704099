//! What the executions of a scenario came to, counted while they are explored.
//!
//! A world's driver opens the ledger of the thread that it explores in, tells when executions begin and end, and takes
//! what was counted. A world that does not so counts nothing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::panic::Location;

use kata_trace::{Grade, Grades, Outcome, Verdict};

use crate::world::world;
use crate::{Failure, arena};

/// How the message of the failure begins whose outcome is forbidden.
pub const FORBIDDEN: &str = "forbidden outcome: ";

#[derive(Default)]
struct Ledger {
    grades: Grades,
    /// What the running execution has come to.
    running: Option<String>,
    seen: Seen,
}

/// What executions came to, so far.
#[derive(Clone, Debug, Default)]
pub struct Seen(BTreeMap<String, (u64, String)>);

thread_local! {
    static LEDGER: RefCell<Ledger> = RefCell::default();
}

/// The ledger grows over many executions: nothing in it may lie in the memory of one.
fn with<R>(f: impl FnOnce(&mut Ledger) -> R) -> R {
    let program = arena::enter_program(false);
    let result = LEDGER.with_borrow_mut(f);
    arena::enter_program(program);
    result
}

/// An exploration begins: nothing was counted yet.
pub fn open(grades: Grades) {
    with(|ledger| *ledger = Ledger { grades, ..Ledger::default() });
}

/// What was counted so far, for [`go_back`].
pub fn seen() -> Seen {
    with(|ledger| ledger.seen.clone())
}

/// What was counted since then does not count: it is explored again.
pub fn go_back(seen: Seen) {
    with(|ledger| ledger.seen = seen);
}

/// An execution begins.
pub fn begin_execution() {
    with(|ledger| ledger.running = None);
}

/// An execution has ended. One that failed counts only if it failed by its outcome.
pub fn end_execution(failed: bool, schedule: impl FnOnce() -> String) {
    with(|ledger| {
        let Some(outcome) = ledger.running.take() else { return };
        if !failed || ledger.grades.of(&outcome) == Some(Grade::Forbidden) {
            ledger.seen.0.entry(outcome).or_insert_with(|| (0, schedule())).0 += 1;
        }
    });
}

/// The outcomes: the acceptable ones first, the forbidden ones last.
pub fn outcomes() -> Vec<Outcome> {
    with(|ledger| {
        let outcome = |(outcome, (executions, schedule)): (&String, &(u64, String))| Outcome {
            outcome: outcome.clone(),
            grade: ledger.grades.of(outcome),
            executions: *executions,
            schedule: schedule.clone(),
        };
        let mut outcomes: Vec<Outcome> = ledger.seen.0.iter().map(outcome).collect();
        outcomes.sort_by_key(|outcome| outcome.grade);
        outcomes
    })
}

/// Says what this execution comes to, once in an execution: `kata::outcome!("r1={r1} r2={r2}")`.
///
/// A check counts the executions that come to each outcome, keeps the schedule of one of them, and shows both with the
/// grade that `exercise.toml` gives to the outcome:
///
/// ```toml
/// [outcomes.the_scenario]
/// acceptable = ["r1=0 r2=0", "r1=1 r2=1"]
/// interesting = ["r1=0 r2=1"]
/// ```
///
/// Where a scenario lists any, those that it does not list are forbidden, as are those under `forbidden`. A forbidden
/// outcome ends the scenario as `assertion-failed`, with the outcome in the message. Outcomes are counted in the worlds
/// that explore; in the real world this is a remark.
///
/// # Panics
/// This execution has come to an outcome before.
#[track_caller]
pub fn outcome(outcome: impl Display) {
    let at = Location::caller();
    let program = arena::enter_program(false);
    let text = outcome.to_string();
    let (grade, before) = with(|ledger| (ledger.grades.of(&text), ledger.running.replace(text.clone())));
    let failure = (grade == Some(Grade::Forbidden)).then(|| Failure {
        verdict: Verdict::AssertionFailed,
        kind: None,
        message: format!("{FORBIDDEN}{text}"),
        at: Some(at.into()),
    });
    let remark = format!("outcome: {text}");
    arena::enter_program(program);
    assert!(before.is_none(), "an execution has one outcome, and this one has come to another before");
    match failure {
        Some(failure) => world().fail(failure),
        None => world().note(&remark, at),
    }
}

/// [`outcome`](fn@outcome) of a formatted text.
#[macro_export]
macro_rules! outcome {
    ($($text:tt)+) => { $crate::outcome(::std::format_args!($($text)+)) };
}
