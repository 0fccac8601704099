//! What executions come to, counted and graded, where memory is weak.

use kata::harness::{Finding, Order};
use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::{explore, thread};
use kata_trace::{Grade, Grades, Verdict};

/// Store buffering: each thread writes its own variable and reads the other's.
fn store_buffering() {
    let x = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let other = thread::spawn({
        let x = Arc::clone(&x);
        move || {
            x[1].store(1, Relaxed);
            x[0].load(Relaxed)
        }
    });
    x[0].store(1, Relaxed);
    let r1 = x[1].load(Relaxed);
    let r2 = other.join().unwrap();
    kata::outcome!("r1={r1} r2={r2}");
}

fn run(replay: Option<&str>, grades: &Grades) -> Finding {
    let (replay, grades) = (replay.map(str::to_owned), grades.clone());
    explore(Order { replay, grades, ..Order::new(store_buffering) })
}

#[test]
fn weak_memory_shows_in_the_outcomes() {
    let found = run(None, &Grades::default());
    assert_eq!(found.verdict, Verdict::Passed, "{}", found.message);
    let outcomes: Vec<&str> = found.outcomes.iter().map(|outcome| outcome.outcome.as_str()).collect();
    assert_eq!(outcomes, ["r1=0 r2=0", "r1=0 r2=1", "r1=1 r2=0", "r1=1 r2=1"]);
    assert_eq!(found.outcomes.iter().map(|outcome| outcome.executions).sum::<u64>(), found.evidence.executions);
    for outcome in &found.outcomes {
        let again = run(Some(&outcome.schedule), &Grades::default());
        let note = again.trace.unwrap().events.into_iter().find_map(|event| event.text);
        assert_eq!(note, Some(format!("outcome: {}", outcome.outcome)));
    }
}

#[test]
fn a_forbidden_outcome_is_a_failed_assertion() {
    let forbidden = ["r1=0 r2=0".to_owned()].into();
    let others = ["r1=0 r2=1", "r1=1 r2=0", "r1=1 r2=1"].map(str::to_owned).into();
    let grades = Grades { forbidden, acceptable: others, ..Grades::default() };
    let found = run(None, &grades);
    assert_eq!((found.verdict, found.message.as_str()), (Verdict::AssertionFailed, "forbidden outcome: r1=0 r2=0"));
    assert_eq!(found.outcomes.last().unwrap().grade, Some(Grade::Forbidden));
    let again = run(found.schedule.as_deref(), &grades);
    assert_eq!((again.verdict, again.message, again.trace), (found.verdict, found.message, found.trace));
}
