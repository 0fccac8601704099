//! The exploration itself: evidence, determinism, replay, limits.

use kata::harness::Order;
use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use kata_loom::{explore, explore_with, thread};
use kata_trace::{Budget, Verdict};

use crate::support;

/// Fails when two increments overlap.
fn lost_update() {
    let counter = AtomicUsize::new(0);
    let add = || counter.store(counter.load(SeqCst) + 1, SeqCst);
    thread::scope(|scope| {
        scope.spawn(add);
        scope.spawn(add);
    });
    assert_eq!(counter.into_inner(), 2);
}

/// Fails only when the second thread runs between two steps of the first, twice.
fn needs_three_preemptions() {
    let (x, y) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        scope.spawn(|| {
            x.store(1, SeqCst);
            x.store(0, SeqCst);
            y.store(1, SeqCst);
            y.store(0, SeqCst);
        });
        scope.spawn(|| {
            let seen = (x.load(SeqCst), y.load(SeqCst));
            assert_ne!(seen, (1, 1));
        });
    });
}

#[test]
fn the_first_failure_has_as_few_preemptions_as_possible() {
    let finding = support::fails(Verdict::Panicked, lost_update);
    assert_eq!(finding.evidence.preemption_bound, Some(1));
    let finding = support::fails(Verdict::Panicked, needs_three_preemptions);
    assert_eq!(finding.evidence.preemption_bound, Some(3));
    let preemptions = finding.trace.unwrap().events.iter().filter(|event| event.preemption).count();
    assert_eq!(preemptions, 3);
}

fn order(replay: Option<String>) -> Order {
    Order { replay, ..Order::new(lost_update) }
}

#[test]
fn the_same_scenario_gives_the_same_finding_again() {
    let text = || format!("{:#?}", explore(order(None)));
    let first = text();
    (0..10).for_each(|_| assert_eq!(text(), first));
}

#[test]
fn every_explored_execution_is_shown_by_its_number() {
    let failed = explore(order(None));
    let number = failed.evidence.executions;
    for asked in 1..=number + 1 {
        let shown = explore(order(Some(format!("#{asked}"))));
        // In place of one that was abandoned when it was seen what the program needs, the next is shown.
        let is = shown.evidence.executions;
        assert!((asked..=asked + 1).contains(&is) || is == number, "execution {is}, not {asked}");
        assert_eq!(shown.verdict == Verdict::Passed, is < number, "execution {is} of {number}");
        let again = explore(order(shown.schedule.clone()));
        assert_eq!((again.trace, again.schedule), (shown.trace, shown.schedule));
    }
    let shown = explore(order(Some(format!("#{number}"))));
    assert_eq!((shown.trace, shown.schedule), (failed.trace, failed.schedule));
}

#[test]
fn a_schedule_repeats_its_execution() {
    let found = explore(order(None));
    let again = explore(order(found.schedule.clone()));
    assert_eq!(format!("{again:?}"), format!("{found:?}"));
}

#[test]
fn a_schedule_of_another_program_is_told_from_a_pass() {
    let schedule = support::explore(lost_update).schedule;
    let fixed = || {
        let counter = AtomicUsize::new(0);
        let add = || counter.fetch_add(1, Relaxed);
        thread::scope(|scope| {
            scope.spawn(add);
            scope.spawn(add);
        });
        assert_eq!(counter.into_inner(), 2);
    };
    let finding = explore_with(Budget::default(), schedule, fixed);
    assert_eq!(finding.verdict, Verdict::InternalError);
    assert!(finding.message.contains("does not apply to this program"), "{}", finding.message);
    let finding = explore_with(Budget::default(), Some("0112".to_owned()), fixed);
    assert!(finding.message.contains("is not a schedule"), "{}", finding.message);
}

#[test]
fn a_schedule_that_does_not_fail_any_more_passes_with_its_trace() {
    static BROKEN: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);
    let scenario = || {
        let value = AtomicUsize::new(1);
        assert!(value.load(Relaxed) == 1);
        kata::note("checked");
        if BROKEN.load(std::sync::atomic::Ordering::Relaxed) {
            kata::fail(Verdict::AssertionFailed, "broken");
        }
    };
    let found = support::explore(scenario);
    assert_eq!(found.schedule.as_deref(), Some("1:000"));
    BROKEN.store(false, std::sync::atomic::Ordering::Relaxed);
    let again = explore_with(Budget::default(), found.schedule, scenario);
    assert_eq!((again.verdict, again.trace.unwrap().events.len()), (Verdict::Passed, 3));
}

#[test]
fn evidence_says_what_was_left_out() {
    let scenario = || {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| value.fetch_add(1, Relaxed));
            scope.spawn(|| value.fetch_add(1, Relaxed));
        });
    };
    let all = explore_with(Budget::default(), None, scenario).evidence;
    assert!(all.exhaustive && all.preemption_bound.is_none() && all.seed.is_none());
    let few = explore_with(Budget { executions: 3, ..Budget::default() }, None, scenario).evidence;
    assert_eq!((few.executions, few.exhaustive, few.preemption_bound), (3, false, Some(0)));
    let bounded = explore_with(Budget { preemptions: Some(1), ..Budget::default() }, None, scenario).evidence;
    assert_eq!((bounded.exhaustive, bounded.preemption_bound), (false, Some(1)));
    assert!(bounded.executions < all.executions);
}

#[test]
fn a_program_that_is_not_the_same_twice_is_rejected() {
    static RUNS: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let finding = support::fails(Verdict::RejectedSource, || {
        let run = RUNS.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let value = AtomicUsize::new(0);
        value.store(run, Relaxed);
    });
    assert!(finding.message.contains("HashMap"), "{}", finding.message);
}

#[test]
fn deep_recursion_has_room_and_endless_recursion_ends() {
    fn depth(left: usize) -> usize {
        let frame = std::hint::black_box([left; 16]);
        if left == 0 { 0 } else { depth(left - 1) + frame.len() / 16 }
    }
    support::passes(|| {
        assert_eq!(depth(1000), 1000);
        thread::spawn(|| assert_eq!(depth(1000), 1000)).join().unwrap();
    });
    for thread in [false, true] {
        let finding = support::fails(Verdict::Panicked, move || {
            let endless = || {
                std::hint::black_box(depth(usize::MAX));
            };
            if thread { thread::spawn(endless).join().unwrap() } else { endless() }
        });
        assert_eq!(finding.message, "a thread used more than 1024 KiB of stack");
    }
}

#[test]
fn printing_goes_into_the_timeline_up_to_a_limit() {
    let budget = Budget { output_kib: 1, ..Budget::default() };
    let finding = explore_with(budget, None, || {
        loop {
            kata_loom::print::print(format_args!("0123456789\n"));
        }
    });
    assert_eq!(
        (finding.verdict, finding.message.as_str()),
        (Verdict::OutputFlood, "printed more than 1 KiB in one execution")
    );
    assert_eq!(finding.trace.unwrap().events[0].text.as_deref(), Some("0123456789"));
}

#[test]
fn addresses_are_the_same_in_every_execution() {
    let addresses = support::outcomes(|| {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| drop(vec![value.fetch_add(1, Relaxed); 10]));
            value.fetch_add(1, Relaxed);
        });
        std::ptr::from_ref(&*Box::new(1_u64)).addr()
    });
    assert_eq!(addresses.len(), 1);
}
