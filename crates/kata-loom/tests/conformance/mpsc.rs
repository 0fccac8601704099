use std::time::Duration;

use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kata_loom::sync::mpsc::{self, RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use kata_loom::thread;
use kata_trace::{DeadlockKind, Op, Verdict};

use crate::support::{events, fails, outcomes, passes, set};

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn messages_of_one_sender_come_in_their_order() {
    let orders = outcomes(|| {
        let (send, receive) = mpsc::channel();
        let other = send.clone();
        thread::spawn(move || other.send(10).unwrap());
        thread::spawn(move || [1, 2].map(|value| send.send(value).unwrap()));
        receive.iter().collect::<Vec<_>>()
    });
    assert_eq!(orders, set([vec![10, 1, 2], vec![1, 10, 2], vec![1, 2, 10]]));
}

#[test]
fn receiving_ends_when_every_sender_is_gone() {
    passes(|| {
        let (send, receive) = mpsc::channel();
        thread::spawn(move || send.send(1).unwrap());
        assert_eq!(receive.recv(), Ok(1));
        assert_eq!(receive.recv(), Err(RecvError));
        assert_eq!(receive.try_recv(), Err(TryRecvError::Disconnected));
        assert_eq!(receive.recv_timeout(LONG), Err(RecvTimeoutError::Disconnected));
    });
}

#[test]
fn a_sender_that_stays_keeps_the_receiver_waiting() {
    let finding = fails(Verdict::Deadlock, || {
        let (send, receive) = mpsc::channel();
        let other = send.clone();
        thread::spawn(move || other.send(1).unwrap());
        assert_eq!(receive.iter().count(), 1);
        drop(send);
    });
    assert_eq!(finding.kind, Some(DeadlockKind::Channel));
    assert_eq!(events(&finding).last(), Some(&(0, Op::Recv, true)));
}

#[test]
fn sending_fails_when_the_receiver_is_gone() {
    let results = outcomes(|| {
        let (send, receive) = mpsc::channel();
        let receiver = thread::spawn(move || drop(receive));
        let sent = send.send(5);
        receiver.join().unwrap();
        assert_eq!(send.send(6), Err(SendError(6)));
        sent.map_err(|error| error.0)
    });
    assert_eq!(results, set([Ok(()), Err(5)]));
}

#[test]
fn a_message_carries_what_happened_before_and_nothing_else_is_needed() {
    passes(|| {
        let value = Arc::new(AtomicUsize::new(0));
        let (send, receive) = mpsc::channel();
        let other = Arc::clone(&value);
        thread::spawn(move || {
            other.store(1, Relaxed);
            send.send(()).unwrap();
        });
        receive.recv().unwrap();
        assert_eq!(value.load(Relaxed), 1);
    });
}

#[test]
fn a_message_does_not_carry_what_happened_before_other_messages() {
    let values = outcomes(|| {
        let value = Arc::new(AtomicUsize::new(0));
        let (send, receive) = mpsc::channel();
        let (first, other) = (send.clone(), Arc::clone(&value));
        let (one, two) = (
            thread::spawn(move || first.send(1).unwrap()),
            thread::spawn(move || {
                other.store(1, Relaxed);
                send.send(2).unwrap();
            }),
        );
        let seen = (receive.recv().unwrap(), value.load(Relaxed));
        one.join().unwrap();
        two.join().unwrap();
        seen
    });
    assert_eq!(values, set([(1, 0), (1, 1), (2, 1)]));
}

#[test]
fn a_bounded_channel_holds_as_much_as_it_says() {
    let counts = outcomes(|| {
        let (send, receive) = mpsc::sync_channel(1);
        let sent = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&sent);
        let sender = thread::spawn(move || {
            for value in 0..3 {
                send.send(value).unwrap();
                counter.fetch_add(1, Relaxed);
            }
        });
        let before = sent.load(Relaxed);
        assert_eq!(receive.iter().collect::<Vec<_>>(), [0, 1, 2]);
        sender.join().unwrap();
        before
    });
    assert_eq!(counts, set([0, 1]));
}

#[test]
fn a_channel_without_room_hands_over() {
    passes(|| {
        let (send, receive) = mpsc::sync_channel(0);
        let received = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&received);
        let receiver = thread::spawn(move || {
            counter.store(1, Relaxed);
            receive.recv().unwrap()
        });
        send.send(7).unwrap();
        assert_eq!(received.load(Relaxed), 1, "the receiver has come to the message");
        assert_eq!(receiver.join().unwrap(), 7);
    });
    let finding = fails(Verdict::Deadlock, || {
        let (send, receive) = mpsc::sync_channel(0);
        send.send(1).unwrap();
        drop(receive);
    });
    assert_eq!(finding.kind, Some(DeadlockKind::Channel));
    assert_eq!(events(&finding).last(), Some(&(0, Op::Send, true)));
}

#[test]
fn a_waiting_sender_gets_its_message_back_when_the_receiver_goes() {
    for bound in [0, 1] {
        passes(move || {
            let (send, receive) = mpsc::sync_channel(bound);
            let senders: Vec<_> = (1..=2)
                .map(|value| {
                    let send = send.clone();
                    thread::spawn(move || send.send(value).map_err(|error| (value, error.0)))
                })
                .collect();
            drop(send);
            drop(receive);
            for sender in senders {
                if let Err((sent, returned)) = sender.join().unwrap() {
                    assert_eq!(sent, returned);
                }
            }
        });
    }
}

#[test]
fn trying_to_send_needs_room_or_a_waiting_receiver() {
    passes(|| {
        let (send, receive) = mpsc::sync_channel(1);
        assert_eq!(send.try_send(1), Ok(()));
        assert_eq!(send.try_send(2), Err(TrySendError::Full(2)));
        drop(receive);
        assert_eq!(send.try_send(3), Err(TrySendError::Disconnected(3)));
    });
    let sent = outcomes(|| {
        let (send, receive) = mpsc::sync_channel(0);
        let receiver = thread::spawn(move || receive.recv());
        let sent = send.try_send(1).is_ok();
        drop(send);
        assert_eq!(receiver.join().unwrap().is_ok(), sent);
        sent
    });
    assert_eq!(sent, set([false, true]));
}

#[test]
fn trying_to_receive_finds_what_is_there() {
    let found = outcomes(|| {
        let (send, receive) = mpsc::channel();
        let sender = thread::spawn(move || send.send(1).unwrap());
        let found = receive.try_recv();
        sender.join().unwrap();
        found.ok()
    });
    assert_eq!(found, set([None, Some(1)]));
    passes(|| {
        let (send, receive) = mpsc::channel();
        thread::spawn(move || send.send(1).unwrap());
        // Ends although it never yields.
        while receive.try_recv() != Ok(1) {}
        assert_eq!(receive.try_iter().count(), 0);
    });
}

#[test]
fn a_time_limit_may_pass_and_may_not() {
    let received = outcomes(|| {
        let (send, receive) = mpsc::channel();
        let sender = thread::spawn(move || send.send(1));
        let received = receive.recv_timeout(LONG);
        drop(receive);
        let _ = sender.join();
        received.map_err(|error| error == RecvTimeoutError::Timeout)
    });
    assert_eq!(received, set([Ok(1), Err(true)]));
}

#[test]
fn messages_that_nobody_receives_are_dropped_once() {
    passes(|| {
        let value = Arc::new(());
        let (send, receive) = mpsc::channel();
        send.send(Arc::clone(&value)).unwrap();
        drop(receive);
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn a_receiver_is_an_iterator() {
    passes(|| {
        let (send, receive) = mpsc::channel();
        (0..3).for_each(|value| send.send(value).unwrap());
        drop(send);
        assert_eq!((&receive).into_iter().next(), Some(0));
        assert_eq!(receive.into_iter().sum::<i32>(), 3);
    });
}
