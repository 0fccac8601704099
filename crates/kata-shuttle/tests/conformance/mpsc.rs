//! `mpsc`.

use std::time::Duration;

use kata_shuttle::sync::Mutex;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::mpsc::{
    RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError, channel, sync_channel,
};
use kata_shuttle::thread;
use kata_trace::DeadlockKind;

use crate::support::*;

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn messages_of_one_sender_stay_in_order_and_those_of_several_mix_in_every_way() {
    fn scenario() {
        let (tx, rx) = channel();
        for sender in [10, 20] {
            let tx = tx.clone();
            thread::spawn(move || (0..2).for_each(|i| tx.send(sender + i).unwrap()));
        }
        drop(tx);
        seen(rx.iter().collect::<Vec<_>>());
    }
    let mixes =
        [[10, 11, 20, 21], [10, 20, 11, 21], [10, 20, 21, 11], [20, 10, 11, 21], [20, 10, 21, 11], [20, 21, 10, 11]];
    assert_outcomes(scenario, mixes);
}

#[test]
fn what_was_sent_is_received_after_the_senders_are_gone_and_then_nothing() {
    fn scenario() {
        let (tx, rx) = channel();
        tx.send(1).unwrap();
        let second = tx.clone();
        drop(tx);
        assert_eq!(rx.try_recv(), Ok(1));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        second.send(2).unwrap();
        drop(second);
        assert_eq!(rx.recv(), Ok(2));
        assert_eq!(rx.recv(), Err(RecvError));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(rx.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
        assert_eq!(rx.iter().next(), None);
    }
    assert_holds(scenario);
}

#[test]
fn a_message_comes_back_when_the_receiver_is_gone() {
    fn scenario() {
        let (tx, rx) = channel();
        tx.send(1).unwrap();
        drop(rx);
        assert_eq!(tx.send(2), Err(SendError(2)));
        let (tx, rx) = sync_channel(1);
        drop(rx);
        assert_eq!(tx.send(3), Err(SendError(3)));
        assert_eq!(tx.try_send(4), Err(TrySendError::Disconnected(4)));
        let (tx, rx) = sync_channel(0);
        drop(rx);
        assert_eq!(tx.send(5), Err(SendError(5)));
        assert_eq!(tx.try_send(6), Err(TrySendError::Disconnected(6)));
    }
    assert_holds(scenario);
}

#[test]
fn whether_a_send_comes_before_the_receiver_is_gone_is_open() {
    fn scenario() {
        let (tx, rx) = channel();
        thread::scope(|scope| {
            scope.spawn(move || drop(rx));
            seen(tx.send(1).is_ok());
        });
    }
    assert_outcomes(scenario, [true, false]);
}

#[test]
fn messages_that_nobody_receives_are_dropped_with_the_receiver() {
    fn scenario() {
        static DROPPED: AtomicUsize = AtomicUsize::new(0);
        struct Counts;
        impl Drop for Counts {
            fn drop(&mut self) {
                DROPPED.fetch_add(1, SeqCst);
            }
        }
        let (tx, rx) = channel();
        tx.send(Counts).unwrap();
        tx.send(Counts).unwrap();
        drop(rx);
        assert_eq!(DROPPED.load(SeqCst), 2, "at once, although a sender is left");
        drop(tx);
    }
    assert_holds(scenario);
}

#[test]
fn a_bounded_channel_holds_its_bound() {
    fn scenario() {
        let (tx, rx) = sync_channel(2);
        let sent = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let tx = tx;
                for message in 0..4 {
                    tx.send(message).unwrap();
                    sent.fetch_add(1, SeqCst);
                }
            });
            let ahead = sent.load(SeqCst);
            assert!(ahead <= 2);
            seen(ahead);
            assert_eq!(rx.iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
        });
    }
    assert_outcomes(scenario, [0, 1, 2]);
}

#[test]
fn a_full_channel_refuses_to_take_more() {
    fn scenario() {
        let (tx, rx) = sync_channel(1);
        assert_eq!(tx.try_send(1), Ok(()));
        assert_eq!(tx.try_send(2), Err(TrySendError::Full(2)));
        assert_eq!(rx.recv(), Ok(1));
        assert_eq!(tx.try_send(3), Ok(()));
    }
    assert_holds(scenario);
}

#[test]
fn a_rendezvous_ends_for_both_or_for_none() {
    fn scenario() {
        let (tx, rx) = sync_channel(0);
        let received = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let rx = rx;
                received.fetch_add(1, SeqCst);
                rx.recv().unwrap();
            });
            tx.send(()).unwrap();
            assert_eq!(received.load(SeqCst), 1, "the receiver is there");
        });
    }
    assert_holds(scenario);
    fn alone() {
        let (tx, _rx) = sync_channel(0);
        let _never = tx.send(());
    }
    assert_deadlocks(alone, DeadlockKind::Channel);
}

#[test]
fn trying_a_rendezvous_succeeds_only_while_the_receiver_waits() {
    fn scenario() {
        let (tx, rx) = sync_channel(0);
        let before = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let rx = rx;
                before.store(1, SeqCst);
                rx.recv().unwrap();
            });
            let started = before.load(SeqCst);
            let sent = tx.try_send(()).is_ok();
            seen((started, sent));
            if !sent {
                tx.send(()).unwrap();
            }
        });
    }
    assert_outcomes(scenario, [(0, false), (0, true), (1, false), (1, true)]);
}

#[test]
fn a_sender_that_waits_is_told_when_the_receiver_goes() {
    fn scenario() {
        for bound in [0, 1] {
            let (tx, rx) = sync_channel(bound);
            thread::scope(|scope| {
                scope.spawn(move || {
                    for _ in 0..bound {
                        tx.send(0).unwrap();
                    }
                    assert_eq!(tx.send(7), Err(SendError(7)));
                });
                // It is full, or offered, or not yet.
                thread::yield_now();
                while bound == 1 && rx.try_recv().is_err() {
                    thread::yield_now();
                }
                drop(rx);
            });
        }
    }
    // With a bound of 1 the second message may have found room before the receiver went.
    let finding = explore(scenario);
    assert_eq!(finding.verdict, kata_trace::Verdict::Panicked);
    fn rendezvous() {
        let (tx, rx) = sync_channel(0);
        thread::scope(|scope| {
            scope.spawn(move || assert_eq!(tx.send(7), Err(SendError(7))));
            drop(rx);
        });
    }
    assert_holds(rendezvous);
    fn full() {
        let (tx, rx) = sync_channel(1);
        tx.send(6).unwrap();
        thread::scope(|scope| {
            scope.spawn(move || assert_eq!(tx.send(7), Err(SendError(7))));
            drop(rx);
        });
    }
    assert_holds(full);
}

#[test]
fn a_time_limit_of_a_receiver_may_pass_and_need_not() {
    fn scenario() {
        let (tx, rx) = channel();
        thread::scope(|scope| {
            scope.spawn(move || tx.send(1).unwrap());
            seen([rx.recv_timeout(LONG), rx.recv_timeout(LONG)]);
        });
    }
    use RecvTimeoutError::{Disconnected, Timeout};
    let outcomes =
        [[Ok(1), Err(Disconnected)], [Ok(1), Err(Timeout)], [Err(Timeout), Ok(1)], [Err(Timeout), Err(Timeout)]];
    assert_outcomes(scenario, outcomes);
}

#[test]
fn a_message_that_is_there_is_received_whatever_the_limit() {
    fn scenario() {
        let (tx, rx) = channel();
        tx.send(1).unwrap();
        assert_eq!(rx.recv_timeout(Duration::ZERO), Ok(1));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
        drop(tx);
    }
    assert_holds(scenario);
}

#[test]
fn iterators_end_when_nothing_can_come_or_nothing_is_there() {
    fn scenario() {
        let (tx, rx) = channel();
        tx.send(1).unwrap();
        tx.send(2).unwrap();
        assert_eq!(rx.try_iter().collect::<Vec<_>>(), [1, 2]);
        tx.send(3).unwrap();
        drop(tx);
        assert_eq!((&rx).into_iter().collect::<Vec<_>>(), [3]);
        assert_eq!(rx.into_iter().count(), 0);
    }
    assert_holds(scenario);
}

#[test]
fn a_sender_that_is_kept_keeps_the_receiver_waiting() {
    fn scenario() {
        let (tx, rx) = channel();
        let clone = tx.clone();
        thread::spawn(move || clone.send(1).unwrap());
        seen(rx.iter().count());
        drop(tx);
    }
    assert_deadlocks(scenario, DeadlockKind::Channel);
}

#[test]
fn senders_can_be_shared() {
    fn scenario() {
        let (tx, rx) = sync_channel(2);
        thread::scope(|scope| {
            for message in 0..2 {
                let tx = &tx;
                scope.spawn(move || tx.send(message).unwrap());
            }
        });
        let mut messages = [rx.recv().unwrap(), rx.recv().unwrap()];
        seen(messages);
        messages.sort();
        assert_eq!(messages, [0, 1]);
        let shared = Mutex::new(rx);
        assert!(shared.lock().unwrap().try_recv().is_err());
    }
    assert_outcomes(scenario, [[0, 1], [1, 0]]);
}

#[test]
fn it_looks_like_std_s() {
    fn scenario() {
        let ((tx, rx), (their_tx, their_rx)) = (channel::<i32>(), std::sync::mpsc::channel::<i32>());
        assert_eq!(format!("{tx:?} {rx:?}"), format!("{their_tx:?} {their_rx:?}"));
        let ((tx, _rx), (their_tx, _their_rx)) = (sync_channel::<i32>(1), std::sync::mpsc::sync_channel::<i32>(1));
        assert_eq!(format!("{tx:?}"), format!("{their_tx:?}"));
    }
    assert_holds(scenario);
}
