//! What a deadlock is called.

use kata_loom::sync::{Condvar, Mutex, mpsc};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Verdict};

use crate::support::{events, fails};

#[test]
fn a_cycle_may_go_through_a_join() {
    let finding = fails(Verdict::Deadlock, || {
        let mutex = Mutex::new(());
        thread::scope(|scope| {
            let guard = mutex.lock().unwrap();
            scope.spawn(|| drop(mutex.lock().unwrap())).join().unwrap();
            drop(guard);
        });
    });
    assert_eq!(finding.kind, Some(DeadlockKind::LockCycle));
    assert_eq!(events(&finding).iter().filter(|(_, _, blocked)| *blocked).count(), 2);
}

#[test]
fn a_message_that_nobody_sends_is_a_matter_of_the_channel_even_under_a_lock() {
    let finding = fails(Verdict::Deadlock, || {
        let mutex = Mutex::new(());
        let (send, receive) = mpsc::channel::<()>();
        thread::scope(|scope| {
            let mutex = &mutex;
            scope.spawn(move || {
                let _guard = mutex.lock().unwrap();
                receive.recv()
            });
            scope.spawn(move || {
                let _guard = mutex.lock().unwrap();
                send.send(())
            });
        });
    });
    assert_eq!(finding.kind, Some(DeadlockKind::Channel));
}

#[test]
fn a_second_lock_held_during_a_wait_keeps_the_waker_out() {
    let finding = fails(Verdict::Deadlock, || {
        let (outer, inner, changed) = (Mutex::new(()), Mutex::new(false), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| {
                let _outer = outer.lock().unwrap();
                *inner.lock().unwrap() = true;
                changed.notify_one();
            });
            let _outer = outer.lock().unwrap();
            drop(changed.wait_while(inner.lock().unwrap(), |ready| !*ready).unwrap());
        });
    });
    assert_eq!(finding.kind, Some(DeadlockKind::NobodyWillWake));
}
