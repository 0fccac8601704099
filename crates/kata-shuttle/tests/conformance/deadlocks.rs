//! Kinds of deadlocks, and what is none.

use kata_shuttle::sync::mpsc::{channel, sync_channel};
use kata_shuttle::sync::{Condvar, Mutex};
use kata_shuttle::thread;
use kata_trace::DeadlockKind;

use crate::support::*;

#[test]
fn locks_taken_in_opposite_orders_need_one_preemption_to_lock_up() {
    fn scenario() {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            scope.spawn(|| {
                let _left = left.lock().unwrap();
                drop(right.lock());
            });
            scope.spawn(|| {
                let _right = right.lock().unwrap();
                drop(left.lock());
            });
        });
    }
    let finding = assert_deadlocks(scenario, DeadlockKind::LockCycle);
    assert_eq!(finding.evidence.preemption_bound, Some(1));
    let trace = finding.trace.unwrap();
    assert_eq!(trace.events.iter().filter(|event| event.preemption).count(), 1);
}

#[test]
fn locks_taken_in_one_order_do_not_lock_up() {
    fn scenario() {
        let (left, right) = (Mutex::new(()), Mutex::new(()));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let _left = left.lock().unwrap();
                    drop(right.lock());
                });
            }
        });
    }
    assert_holds(scenario);
}

#[test]
fn three_in_a_circle_need_one_preemption_too() {
    fn scenario() {
        let locks = [(); 3].map(Mutex::new);
        thread::scope(|scope| {
            for first in 0..3 {
                let locks = &locks;
                scope.spawn(move || {
                    let _first = locks[first].lock().unwrap();
                    drop(locks[(first + 1) % 3].lock());
                });
            }
        });
    }
    let finding = assert_deadlocks(scenario, DeadlockKind::LockCycle);
    // The third thread stops by itself, where the second one waits for it.
    assert_eq!(finding.evidence.preemption_bound, Some(1));
}

#[test]
fn a_channel_that_is_waited_on_from_both_ends_is_told() {
    fn scenario() {
        let ((to_other, from_me), (to_me, from_other)) = (sync_channel::<u8>(0), sync_channel::<u8>(0));
        thread::scope(|scope| {
            scope.spawn(move || {
                to_me.send(1).unwrap();
                from_me.recv().unwrap();
            });
            to_other.send(2).unwrap();
            from_other.recv().unwrap();
        });
    }
    assert_deadlocks(scenario, DeadlockKind::Channel);
    fn empty() {
        let (_tx, rx) = channel::<u8>();
        let _never = rx.recv();
    }
    assert_deadlocks(empty, DeadlockKind::Channel);
}

#[test]
fn waiting_on_a_channel_while_holding_what_the_other_end_needs_is_told() {
    fn scenario() {
        let lock = Mutex::new(());
        let (tx, rx) = sync_channel(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let rx = rx;
                let _guard = lock.lock().unwrap();
                rx.recv().unwrap();
            });
            let _guard = lock.lock().unwrap();
            tx.send(()).unwrap();
        });
    }
    assert_deadlocks(scenario, DeadlockKind::Channel);
}

#[test]
fn threads_that_join_each_other_never_end() {
    fn scenario() {
        static SECOND: Mutex<Option<thread::JoinHandle<()>>> = Mutex::new(None);
        let first = thread::spawn(|| {
            let second = SECOND.lock().unwrap().take();
            if let Some(second) = second {
                second.join().unwrap();
            }
        });
        *SECOND.lock().unwrap() = Some(thread::spawn(move || first.join().unwrap()));
        loop {
            thread::park();
        }
    }
    assert_fails(scenario, kata_trace::Verdict::Deadlock);
}

#[test]
fn whoever_is_not_woken_waits_for_ever() {
    fn scenario() {
        let (lock, condvar) = (Mutex::new(()), Condvar::new());
        thread::scope(|scope| {
            scope.spawn(|| drop(condvar.wait(lock.lock().unwrap())));
            condvar.notify_all();
        });
    }
    assert_deadlocks(scenario, DeadlockKind::NobodyWillWake);
}

#[test]
fn the_end_of_a_deadlock_names_what_everybody_waits_for() {
    fn scenario() {
        let lock = Mutex::new(7);
        let _guard = lock.lock().unwrap();
        thread::scope(|scope| {
            scope.spawn(|| drop(lock.lock()));
        });
    }
    let trace = assert_fails(scenario, kata_trace::Verdict::Deadlock).trace.unwrap();
    let last = |thread| trace.events.iter().rfind(|event| event.thread == thread).unwrap();
    assert!(last(0).blocked && last(0).op == kata_trace::Op::Join && last(0).peer == Some(1));
    assert!(last(1).blocked && last(1).op == kata_trace::Op::Lock && last(1).object == Some(0));
}
