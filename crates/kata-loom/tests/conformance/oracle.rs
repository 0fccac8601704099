use std::sync::Arc as StdArc;

use kata::Rendezvous;
use kata_loom::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::Release};
use kata_loom::sync::{Arc, Mutex};
use kata_loom::thread;
use kata_trace::{ObjectKind, Op, Verdict};

use crate::support::{fails, passes};

#[test]
fn work_that_can_overlap_meets() {
    passes(|| {
        let meeting = Rendezvous::new(2, "two transfers");
        thread::scope(|scope| {
            scope.spawn(|| meeting.arrive());
            meeting.arrive();
        });
    });
}

#[test]
fn work_that_is_serialised_does_not_meet() {
    let finding = fails(Verdict::NotConcurrent, || {
        let meeting = Rendezvous::new(2, "two transfers");
        let bank = Mutex::new(());
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    let _guard = bank.lock().unwrap();
                    meeting.arrive();
                });
            }
        });
    });
    assert_eq!(finding.message, "two transfers must be able to overlap");
    assert!(finding.trace.unwrap().objects.iter().any(|object| object.kind == ObjectKind::Rendezvous));
}

#[test]
fn work_that_spins_for_its_turn_does_not_meet() {
    fails(Verdict::NotConcurrent, || {
        let meeting = Rendezvous::new(2, "two transfers");
        let busy = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while busy.swap(true, Acquire) {
                        kata_loom::hint::spin_loop();
                    }
                    meeting.arrive();
                    busy.store(false, Release);
                });
            }
        });
    });
}

#[test]
fn an_oracle_names_objects_writes_remarks_and_gives_verdicts() {
    let finding = fails(Verdict::Leak, || {
        let account = Arc::new(Mutex::new(5));
        kata::name(&*account, "account 1");
        kata::note("opened");
        drop(account.lock().unwrap());
        kata::fail(Verdict::Leak, "money is gone");
    });
    assert_eq!(finding.message, "money is gone");
    let trace = finding.trace.unwrap();
    assert_eq!(trace.objects[0].label.as_deref(), Some("account 1"));
    assert_eq!((trace.events[0].op, trace.events[0].text.as_deref()), (Op::Note, Some("opened")));
}

#[test]
fn an_assertion_of_a_hidden_test_is_told_from_a_panic_of_the_program() {
    // Where a panic is raised decides, and this file is no hidden test.
    let finding = fails(Verdict::Panicked, || assert_eq!(1 + 1, 3, "arithmetic"));
    assert!(finding.message.contains("arithmetic"));
    assert_eq!(finding.trace.unwrap().events.last().unwrap().op, Op::Panic);
    let hidden = fails(Verdict::AssertionFailed, || {
        let _ = StdArc::new(());
        in_a_hidden_test();
    });
    assert_eq!(hidden.message, "the total changed");
}

fn in_a_hidden_test() {
    include!("hidden/assertion.rs");
}
