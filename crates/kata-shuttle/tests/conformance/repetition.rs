//! The same again: runs, replays, budgets.

use std::sync::atomic::{AtomicUsize as RealUsize, Ordering::Relaxed};

use kata_shuttle::Settings;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{Mutex, RwLock};
use kata_shuttle::thread;
use kata_trace::{Budget, Verdict};

use crate::support::*;

fn racy() {
    let value = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| value.store(value.load(SeqCst) + 1, SeqCst));
        }
    });
    assert_eq!(value.load(SeqCst), 3);
}

#[test]
fn two_runs_find_the_same() {
    let (first, second) = (explore(racy), explore(racy));
    assert_eq!(first.verdict, Verdict::Panicked);
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
    let random = Budget { executions: 0, ..Budget::default() };
    let run = || kata_shuttle::run(racy, &random, Settings::default());
    let (first, second) = (run(), run());
    assert_eq!(first.verdict, Verdict::Panicked);
    assert_eq!(first.evidence.seed, Some(random.seed));
    assert_eq!(format!("{first:?}"), format!("{second:?}"));
}

#[test]
fn a_run_leaves_nothing_behind_for_the_next_one() {
    fn other() {
        let lock = Mutex::new(());
        let _unused = lock.try_lock();
        let value = RwLock::new(0);
        let _unused = value.try_read();
    }
    let first = explore(racy);
    assert_holds(other);
    assert_eq!(format!("{first:?}"), format!("{:?}", explore(racy)));
}

#[test]
fn every_schedule_of_a_random_search_can_be_repeated() {
    fn scenario() {
        let (lock, value) = (Mutex::new(0), RwLock::new(0));
        thread::scope(|scope| {
            scope.spawn(|| {
                if let Ok(mut guard) = lock.try_lock() {
                    *guard += 1;
                    *value.write().unwrap() += 1;
                }
            });
            scope.spawn(|| {
                let read = *value.read().unwrap();
                *value.write().unwrap() = read + 1;
                drop(lock.lock());
            });
        });
        assert_eq!(*value.read().unwrap(), 2);
    }
    for seed in 0..20 {
        let budget = Budget { executions: 0, seed, ..Budget::default() };
        let finding = kata_shuttle::run(scenario, &budget, Settings::default());
        assert_eq!(finding.verdict, Verdict::Panicked);
        let again = replay(scenario, finding.schedule.as_deref().unwrap());
        assert_eq!((again.verdict, again.trace), (finding.verdict, finding.trace));
    }
}

#[test]
fn a_schedule_from_before_somebody_looked_can_be_repeated() {
    // The failure comes first in the execution in which `try_lock` is first called.
    fn scenario() {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.lock().unwrap() += 1);
            scope.spawn(|| *lock.lock().unwrap() += 1);
        });
        assert!(lock.try_lock().is_err());
    }
    assert_fails(scenario, Verdict::Panicked);
    // A look in another execution than the failing one.
    fn elsewhere() {
        let lock = Mutex::new(0);
        thread::scope(|scope| {
            scope.spawn(|| *lock.lock().unwrap() += 1);
            let seen = *lock.lock().unwrap();
            if seen == 1 {
                let _unused = lock.try_lock();
            }
            drop(lock.lock());
            let before = *lock.lock().unwrap();
            let after = *lock.lock().unwrap();
            assert!(seen == 1 || before == after);
        });
    }
    assert_fails(elsewhere, Verdict::Panicked);
}

#[test]
fn a_schedule_of_another_program_is_refused() {
    let finding = replay(racy, "01~1");
    assert_eq!(finding.verdict, Verdict::InternalError);
    assert!(finding.message.contains("does not apply"), "{}", finding.message);
    assert_eq!(replay(racy, "0?1").message, "`0?1` is not a schedule");
}

#[test]
fn a_replay_of_an_execution_that_holds_shows_it() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| value.store(1, SeqCst));
            seen(value.load(SeqCst));
        });
    }
    let finding = replay(scenario, "");
    assert_passed(&finding);
    assert_eq!(finding.evidence.executions, 1);
    let again = replay(scenario, finding.schedule.as_deref().unwrap());
    assert_eq!(again.trace, finding.trace);
    assert!(!finding.trace.unwrap().events.is_empty());
}

#[test]
fn every_explored_execution_is_shown_by_its_number() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..3).for_each(|_| _ = value.fetch_add(1, SeqCst)));
            }
        });
    }
    let nth = |number: u64| {
        let finding = replay(scenario, &format!("#{number}"));
        assert_passed(&finding);
        assert_eq!(replay(scenario, finding.schedule.as_deref().unwrap()).trace, finding.trace);
        (finding.evidence.executions, finding.schedule.unwrap())
    };
    let all: Vec<_> = (1..=20).map(nth).collect();
    assert_eq!(all[0].1, replay(scenario, "").schedule.unwrap());
    let different: std::collections::BTreeSet<_> = all.iter().map(|(_, schedule)| schedule).collect();
    assert_eq!(different.len(), 20);
    assert!(all.iter().map(|(number, _)| *number).eq(1..=20));
    assert_eq!(nth(21), all[19], "there are no more");
}

#[test]
fn the_last_execution_by_number_is_the_one_that_fails() {
    let failed = explore(racy);
    let number = failed.evidence.executions;
    for asked in [number, number + 1] {
        let shown = replay(racy, &format!("#{asked}"));
        assert_eq!((shown.evidence.executions, shown.verdict), (number, Verdict::Panicked));
        assert_eq!((&shown.trace, &shown.schedule), (&failed.trace, &failed.schedule));
    }
    assert_passed(&replay(racy, &format!("#{}", number - 1)));
}

#[test]
fn evidence_tells_what_was_explored_and_what_was_not() {
    fn scenario() {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| (0..3).for_each(|_| _ = value.fetch_add(1, SeqCst)));
            }
        });
    }
    let all = explore(scenario).evidence;
    assert!(all.exhaustive);
    assert_eq!((all.executions, all.seed), (20, None));
    // Two threads of three steps change over at most five times, four of them preemptions.
    assert_eq!(all.preemption_bound, Some(4));
    let bounded = explore_up_to(1, scenario).evidence;
    assert!(!bounded.exhaustive);
    assert_eq!(bounded.preemption_bound, Some(1));
    // Either thread first, alone or with a visit of the other after one step or two.
    assert_eq!(bounded.executions, 6);
    let short = Budget { executions: 5, random_executions: 7, ..Budget::default() };
    let short = kata_shuttle::run(scenario, &short, Settings::default()).evidence;
    assert!(!short.exhaustive);
    assert_eq!((short.executions, short.preemption_bound, short.seed), (12, Some(0), Some(Budget::default().seed)));
    let exact = Budget { executions: 20, ..Budget::default() };
    assert!(kata_shuttle::run(scenario, &exact, Settings::default()).evidence.exhaustive);
}

#[test]
fn a_program_that_is_not_deterministic_is_never_called_exhausted() {
    static RUNS: RealUsize = RealUsize::new(0);
    fn scenario() {
        let (first, second) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| first.fetch_add(1, SeqCst));
            scope.spawn(|| second.fetch_add(1, SeqCst));
            if RUNS.fetch_add(1, Relaxed).is_multiple_of(2) {
                first.load(SeqCst)
            } else {
                second.load(SeqCst)
            };
        });
    }
    let finding = explore(scenario);
    assert_passed(&finding);
    assert!(!finding.evidence.exhaustive);
}

#[test]
fn recording_or_not_makes_no_difference_to_what_is_explored() {
    let silent = kata_shuttle::run(racy, &Budget::default(), Settings { silent: true });
    let recorded = explore(racy);
    assert_eq!(silent.evidence, recorded.evidence);
    assert_eq!(silent.schedule, recorded.schedule);
    assert_eq!(silent.message, recorded.message);
}
