//! What is true in every interleaving, and what is found in some.

use kata_shuttle::sync::{Arc, Mutex};
use kata_shuttle::thread;
use kata_shuttle::time::{Duration, Instant};
use kata_shuttle_crossbeam::channel::{
    Receiver, RecvError, Select, SendError, SendTimeoutError, TryRecvError, after, bounded, never, select_biased, tick,
    unbounded,
};
use kata_shuttle_crossbeam::select;
use kata_shuttle_crossbeam::utils::Backoff;
use kata_trace::{DeadlockKind, Op, Value, Verdict};

use crate::support::*;

const LONG: Duration = Duration::from_secs(3600);

#[test]
fn messages_of_one_sender_stay_in_order_and_those_of_two_are_mixed() {
    fn scenario() {
        let (tx, rx) = bounded(1);
        let other = tx.clone();
        thread::scope(|scope| {
            scope.spawn(move || [1, 2].map(|number| tx.send(number).unwrap()));
            scope.spawn(move || other.send(9).unwrap());
            seen(rx.iter().collect::<Vec<_>>());
        });
    }
    assert_outcomes(scenario, [[1, 2, 9], [1, 9, 2], [9, 1, 2]]);
}

#[test]
fn either_receiver_gets_a_message() {
    for scenario in [|| either_gets(bounded(1)), || either_gets(unbounded()), || either_gets(bounded(0))] {
        assert_outcomes(scenario, [(Ok(1), Err(RecvError)), (Err(RecvError), Ok(1))]);
    }
    fn either_gets((tx, rx): (kata_shuttle_crossbeam::channel::Sender<i32>, Receiver<i32>)) {
        let other = rx.clone();
        thread::scope(|scope| {
            let first = scope.spawn(move || rx.recv());
            let second = scope.spawn(move || other.recv());
            tx.send(1).unwrap();
            drop(tx);
            seen((first.join().unwrap(), second.join().unwrap()));
        });
    }
}

#[test]
fn trying_shows_whether_somebody_came_before() {
    fn full() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(|| rx.recv().unwrap());
            tx.send(1).unwrap();
            seen(tx.try_send(2).is_ok());
            if rx.is_empty() {
                drop(tx)
            }
        });
    }
    assert_outcomes(full, [false, true]);
    fn waiting() {
        let (tx, rx) = bounded::<i32>(0);
        thread::scope(|scope| {
            scope.spawn(move || rx.recv());
            seen(tx.try_send(1).is_ok());
            drop(tx);
        });
    }
    assert_outcomes(waiting, [false, true]);
    fn offered() {
        let (tx, rx) = bounded::<i32>(0);
        thread::scope(|scope| {
            scope.spawn(move || seen(tx.send(1)));
            seen(rx.try_recv());
            drop(rx);
        });
    }
    let texts = ["Err(\"SendError(..)\")", "Ok(())", "Err(Empty)", "Ok(1)"];
    assert_eq!(outcomes(offered), texts.into_iter().map(str::to_owned).collect());
    fn closed() {
        let (tx, rx) = bounded::<i32>(1);
        thread::scope(|scope| {
            scope.spawn(move || drop(tx));
            seen(rx.try_recv());
        });
    }
    assert_outcomes(closed, [TryRecvError::Empty, TryRecvError::Disconnected].map(Err::<i32, _>));
}

#[test]
fn a_send_that_waits_ends_when_the_receiver_goes() {
    fn scenario() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || drop(rx));
            seen((tx.send(1), tx.send(2).is_err()));
        });
    }
    assert_outcomes(scenario, [(Ok(()), true), (Err(SendError(1)), true)]);
}

#[test]
fn time_limits_pass_at_any_moment() {
    fn receiving() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || tx.send(1));
            seen(rx.recv_timeout(LONG).is_ok());
        });
    }
    assert_outcomes(receiving, [false, true]);
    fn sending() {
        let (tx, rx) = bounded(0);
        thread::scope(|scope| {
            scope.spawn(move || rx.recv_timeout(LONG));
            match tx.send_timeout(1, LONG) {
                Ok(()) => seen("sent"),
                Err(SendTimeoutError::Timeout(1)) => seen("timeout"),
                Err(SendTimeoutError::Disconnected(1)) => seen("gone"),
                Err(_) => unreachable!(),
            }
        });
    }
    assert_outcomes(sending, ["sent", "timeout", "gone"]);
    fn selecting() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || tx.send(1));
            select! {
                recv(rx) -> _ => seen("message"),
                recv(after(LONG)) -> time => seen(if time.unwrap() <= Instant::now() { "clock" } else { "too early" }),
                default(2 * LONG) => seen("limit"),
            }
        });
    }
    assert_outcomes(selecting, ["message", "clock"]);
    fn giving_up() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || tx.send(1));
            select! {
                recv(rx) -> _ => seen("message"),
                recv(after(2 * LONG)) -> _ => seen("clock"),
                default(LONG) => seen("limit"),
            }
        });
    }
    assert_outcomes(giving_up, ["message", "limit", "clock"]);
}

#[test]
fn a_clock_that_is_late_does_not_catch_up() {
    fn scenario() {
        let ticks = tick(Duration::from_millis(10));
        let first = ticks.recv().unwrap();
        thread::sleep(Duration::from_millis(35));
        let (late, next) = (ticks.recv().unwrap(), ticks.recv().unwrap());
        assert_eq!(late - first, Duration::from_millis(10));
        assert!(next - late >= Duration::from_millis(35));
        assert!(next <= Instant::now());
    }
    assert_holds(scenario);
}

#[test]
fn two_that_wait_for_one_message_of_a_clock() {
    fn scenario() {
        let timer = after(Duration::from_millis(1));
        let other = timer.clone();
        thread::scope(|scope| {
            scope.spawn(move || seen(other.recv_timeout(LONG).is_ok()));
            seen(timer.recv_timeout(LONG).is_ok());
        });
    }
    assert_outcomes(scenario, [false, true]);
    fn for_ever() {
        let timer = after(Duration::from_millis(1));
        let _first = timer.recv();
        let _second = timer.recv();
    }
    assert_deadlocks(for_ever, DeadlockKind::Channel);
}

#[test]
fn any_operation_that_is_ready_is_selected_unless_the_selection_is_biased() {
    fn any() {
        let ((one, ones), (two, twos)) = (bounded(1), bounded(1));
        one.send(1).unwrap();
        two.send(2).unwrap();
        seen(select! { recv(ones) -> number => number, recv(twos) -> number => number }.unwrap());
    }
    assert_outcomes(any, [1, 2]);
    fn first() {
        let ((one, ones), (two, twos)) = (bounded(1), bounded(1));
        thread::scope(|scope| {
            scope.spawn(move || one.send(1));
            scope.spawn(move || two.send(2));
            seen(select_biased! { recv(ones) -> number => number, recv(twos) -> number => number }.unwrap());
            seen(ones.is_empty() && twos.is_empty());
        });
    }
    assert_eq!(outcomes(first), ["1", "2", "true", "false"].into_iter().map(str::to_owned).collect());
}

#[test]
fn selections_that_can_meet_in_several_ways_meet_in_one() {
    fn scenario() {
        let (tx, rx) = bounded::<u8>(0);
        let meet =
            |mine: u8| select! { send(tx, mine) -> sent => sent.map(|()| 0).unwrap(), recv(rx) -> got => got.unwrap() };
        thread::scope(|scope| {
            let other = scope.spawn(|| meet(1));
            seen((meet(2), other.join().unwrap()));
        });
    }
    assert_outcomes(scenario, [(0, 2), (1, 0)]);
    fn three() {
        let ((one, ones), (two, twos)) = (bounded::<u8>(0), bounded::<u8>(0));
        thread::scope(|scope| {
            scope.spawn(move || seen(("one", one.send_timeout(1, LONG).is_ok())));
            scope.spawn(move || seen(("two", two.send_timeout(2, LONG).is_ok())));
            seen(("got", select! { recv(ones) -> number => number == Ok(1), recv(twos) -> number => number == Ok(2) }));
        });
    }
    let either = |who| [(who, true), (who, false)];
    assert_outcomes(three, ["one", "two", "got"].into_iter().flat_map(either));
}

#[test]
fn a_selection_that_is_not_completed_yet_keeps_what_it_has() {
    fn scenario() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            let sender = tx.clone();
            scope.spawn(move || {
                let mut operations = Select::new();
                operations.send(&sender);
                let selected = operations.select();
                thread::yield_now();
                selected.send(&sender, 1).unwrap();
            });
            tx.send(2).unwrap();
            seen((rx.recv().unwrap(), rx.recv().unwrap()));
        });
    }
    // There is room for one: the other send waits.
    fn with_a_receiver() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || seen((rx.recv().unwrap(), rx.recv().unwrap())));
            let sender = tx.clone();
            scope.spawn(move || {
                let mut operations = Select::new();
                operations.send(&sender);
                let selected = operations.select();
                thread::yield_now();
                selected.send(&sender, 1).unwrap();
            });
            tx.send(2).unwrap();
        });
    }
    assert_fails(scenario, Verdict::Deadlock);
    assert_outcomes(with_a_receiver, [(1, 2), (2, 1)]);
}

#[test]
fn waiting_until_something_is_ready_takes_nothing() {
    fn scenario() {
        let (tx, rx) = bounded(1);
        let other = rx.clone();
        thread::scope(|scope| {
            scope.spawn(move || other.try_recv());
            scope.spawn(move || tx.send(1));
            let mut operations = Select::new();
            operations.recv(&rx);
            assert_eq!(operations.ready(), 0);
            seen(rx.try_recv().map_err(drop));
        });
    }
    assert_outcomes(scenario, [Ok(1), Err(())]);
    fn nobody_offers() {
        let (tx, rx) = bounded::<u8>(0);
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut operations = Select::new();
                operations.send(&tx);
                operations.ready();
            });
            let mut operations = Select::new();
            operations.recv(&rx);
            operations.ready();
        });
    }
    assert_deadlocks(nobody_offers, DeadlockKind::Channel);
}

#[test]
fn what_waits_for_ever_is_told() {
    fn circle() {
        let ((forth, to), (back, from)) = (bounded(1), bounded(1));
        thread::scope(|scope| {
            scope.spawn(move || to.iter().for_each(|number| back.send(number).unwrap()));
            (0..4).for_each(|number| forth.send(number).unwrap());
            drop(forth);
            assert_eq!(from.iter().count(), 4);
        });
    }
    let finding = assert_deadlocks(circle, DeadlockKind::Channel);
    let trace = finding.trace.unwrap();
    let places = trace.events.iter().filter(|event| event.op == Op::Send);
    assert!(places.into_iter().all(|event| event.at.as_ref().is_some_and(|at| at.file == file!())));
    let values = trace.events.iter().filter(|event| event.op == Op::Send && !event.blocked);
    assert_eq!(
        values.map(|event| event.after.clone().unwrap()).take(2).collect::<Vec<_>>(),
        [Value::Int(0), Value::Int(0)]
    );

    fn sender_kept() {
        let (tx, rx) = unbounded::<u8>();
        let _ = (rx.recv(), tx);
    }
    let finding = assert_deadlocks(sender_kept, DeadlockKind::Channel);
    assert_eq!(finding.trace.unwrap().objects[0].senders.len(), 1);

    fn selection() {
        let (_tx, rx) = bounded::<u8>(1);
        let (full, _rx) = bounded::<u8>(0);
        select! { recv(rx) -> _ => {}, send(full, 1) -> _ => {}, recv(never::<u8>()) -> _ => {} }
    }
    let trace = assert_deadlocks(selection, DeadlockKind::Channel).trace.unwrap();
    let last = trace.events.last().unwrap();
    assert_eq!((last.op, last.object, last.arms.len()), (Op::Recv, Some(0), 2));
    assert_eq!((last.arms[0].op, last.arms[0].object), (Op::Send, 1));
}

#[test]
fn waiting_by_trying_is_no_progress() {
    fn scenario() {
        let (_tx, rx) = bounded::<u8>(1);
        let backoff = Backoff::new();
        while rx.try_recv().is_err() {
            backoff.snooze();
        }
    }
    assert_fails(scenario, Verdict::Livelock);
    fn ends() {
        let (tx, rx) = bounded(1);
        thread::scope(|scope| {
            scope.spawn(move || tx.send(1));
            let backoff = Backoff::new();
            while rx.try_recv().is_err() {
                backoff.snooze();
            }
        });
    }
    assert_holds(ends);
}

#[test]
fn a_panic_closes_what_its_thread_had() {
    fn scenario() {
        let (tx, rx) = bounded::<Arc<Mutex<u8>>>(1);
        let sends = thread::spawn(move || {
            tx.send(Arc::new(Mutex::new(1))).unwrap();
            panic!("it happens");
        });
        let got: Vec<u8> = rx.iter().map(|number| *number.lock().unwrap()).collect();
        assert!(sends.join().is_err() && got == [1]);
    }
    assert_holds(scenario);
}
