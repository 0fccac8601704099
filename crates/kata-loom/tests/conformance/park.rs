use std::time::Duration;

use kata_loom::sync::atomic::{AtomicBool, Ordering::Relaxed};
use kata_loom::sync::mpsc;
use kata_loom::thread;
use kata_trace::{Cause, DeadlockKind, Verdict};

use crate::support::{fails, outcomes, passes, set};

#[test]
fn a_token_given_before_is_not_lost_and_there_is_one_only() {
    passes(|| {
        thread::current().unpark();
        thread::park();
    });
    let finding = fails(Verdict::Deadlock, || {
        thread::current().unpark();
        thread::current().unpark();
        thread::park();
        thread::park();
    });
    assert_eq!(finding.kind, Some(DeadlockKind::NobodyWillWake));
}

#[test]
fn what_happened_before_the_token_was_given_is_known() {
    passes(|| {
        let flag = AtomicBool::new(false);
        thread::scope(|scope| {
            let main = thread::current();
            let flag = &flag;
            scope.spawn(move || {
                flag.store(true, Relaxed);
                main.unpark();
            });
            while !flag.load(Relaxed) {
                thread::park();
            }
        });
    });
}

#[test]
fn parking_may_end_for_no_reason() {
    let finding = fails(Verdict::Panicked, || {
        let flag = AtomicBool::new(false);
        thread::scope(|scope| {
            let main = thread::current();
            let flag = &flag;
            scope.spawn(move || {
                flag.store(true, Relaxed);
                main.unpark();
            });
            thread::park();
            assert!(flag.load(Relaxed));
        });
    });
    assert!(finding.trace.unwrap().events.iter().any(|event| event.cause == Some(Cause::Spurious)));
}

#[test]
fn a_time_limit_may_pass() {
    let flags = outcomes(|| {
        let flag = AtomicBool::new(false);
        thread::scope(|scope| {
            let main = thread::current();
            let flag = &flag;
            scope.spawn(move || {
                flag.store(true, Relaxed);
                main.unpark();
            });
            thread::park_timeout(Duration::from_secs(60));
            flag.load(Relaxed)
        })
    });
    assert_eq!(flags, set([false, true]));
}

#[test]
fn tokens_and_other_ways_of_waiting_do_not_mix() {
    passes(|| {
        let (send, receive) = mpsc::channel();
        thread::scope(|scope| {
            let main = thread::current();
            scope.spawn(move || {
                main.unpark();
                send.send(1).unwrap();
            });
            assert_eq!(receive.recv(), Ok(1), "a token does not end a wait for a message");
            thread::park();
        });
    });
}
