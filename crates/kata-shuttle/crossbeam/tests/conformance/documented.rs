//! What crossbeam documents and any interleaving shows: asked of crossbeam itself, and of what stands for it.

use crate::support::assert_holds;

macro_rules! documented {
    ($module:ident, $channel:path, $std:path, $catch_unwind:path, $($case:ident)*) => {
        mod $module {
            use std::error::Error;
            use std::iter::FusedIterator;
            use std::rc::Rc;
            use std::panic::{AssertUnwindSafe, RefUnwindSafe, UnwindSafe};

            use $channel as channel;
            use $std as std_of_the_world;
            use channel::*;
            use std_of_the_world::thread;
            use std_of_the_world::time::{Duration, Instant};



            const MS: Duration = Duration::from_millis(1);

            fn catch(f: impl FnOnce()) -> String {
                super::message($catch_unwind(AssertUnwindSafe(f)).expect_err("it panics"))
            }

            pub(super) fn a_bounded_channel_is_first_in_first_out_and_knows_its_length() {
                let (tx, rx) = bounded(2);
                assert_eq!((tx.len(), rx.len(), tx.capacity(), rx.capacity()), (0, 0, Some(2), Some(2)));
                assert!(tx.is_empty() && rx.is_empty() && !tx.is_full() && !rx.is_full());
                tx.send(1).unwrap();
                assert_eq!(tx.try_send(2), Ok(()));
                assert!(tx.is_full() && rx.is_full() && !tx.is_empty() && !rx.is_empty());
                assert_eq!(tx.try_send(3), Err(TrySendError::Full(3)));
                assert_eq!(tx.send_timeout(3, MS), Err(SendTimeoutError::Timeout(3)));
                assert_eq!(tx.send_deadline(3, Instant::now() + MS), Err(SendTimeoutError::Timeout(3)));
                assert_eq!((tx.len(), rx.len()), (2, 2));
                assert_eq!((rx.recv(), rx.try_recv()), (Ok(1), Ok(2)));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
                assert_eq!(rx.recv_deadline(Instant::now() + MS), Err(RecvTimeoutError::Timeout));
                assert_eq!(tx.send_timeout(4, MS), Ok(()));
                assert_eq!(rx.recv_timeout(MS), Ok(4));
            }

            pub(super) fn an_unbounded_channel_never_fills_up() {
                let (tx, rx) = unbounded();
                (0..100).for_each(|number| tx.send(number).unwrap());
                assert_eq!((tx.len(), tx.capacity(), tx.is_full(), rx.is_full()), (100, None, false, false));
                assert!(rx.try_iter().eq(0..100));
            }

            pub(super) fn a_rendezvous_is_empty_and_full() {
                let (tx, rx) = bounded::<u8>(0);
                assert!(tx.is_empty() && tx.is_full() && rx.is_empty() && rx.is_full());
                assert_eq!((tx.len(), rx.len(), tx.capacity(), rx.capacity()), (0, 0, Some(0), Some(0)));
                assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(tx.send_timeout(1, MS), Err(SendTimeoutError::Timeout(1)));
                assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
                thread::scope(|scope| {
                    scope.spawn(|| tx.send(7).unwrap());
                    assert_eq!(rx.recv(), Ok(7));
                    scope.spawn(|| assert_eq!(rx.recv(), Ok(8)));
                    tx.send(8).unwrap();
                    // Somebody waits, sooner or later.
                    scope.spawn(|| assert_eq!(rx.recv(), Ok(9)));
                    while tx.try_send(9).is_err() {
                        thread::yield_now();
                    }
                    scope.spawn(|| tx.send(10).unwrap());
                    while rx.try_recv() != Ok(10) {
                        thread::yield_now();
                    }
                });
            }

            pub(super) fn what_was_sent_is_received_after_the_last_sender_is_gone() {
                let (tx, rx) = bounded(2);
                let second = tx.clone();
                tx.send(1).unwrap();
                drop(tx);
                second.send(2).unwrap();
                drop(second);
                assert_eq!((rx.recv(), rx.recv(), rx.recv()), (Ok(1), Ok(2), Err(RecvError)));
                assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
                assert_eq!(rx.recv_timeout(MS), Err(RecvTimeoutError::Disconnected));
                let (tx, rx) = bounded::<u8>(0);
                drop(tx);
                assert_eq!(rx.recv(), Err(RecvError));
            }

            pub(super) fn nothing_can_be_sent_after_the_last_receiver_is_gone() {
                for capacity in [Some(0), Some(2), None] {
                    let (tx, rx) = capacity.map_or_else(unbounded, bounded);
                    let second = rx.clone();
                    drop(rx);
                    let message = Rc::new(());
                    if capacity != Some(0) {
                        tx.send(Rc::clone(&message)).unwrap();
                        assert_eq!(Rc::strong_count(&message), 2);
                    }
                    drop(second);
                    let kept = usize::from(capacity == Some(2));
                    assert_eq!((Rc::strong_count(&message), tx.len()), (1 + kept, kept), "{capacity:?}");
                    assert!(tx.send(Rc::clone(&message)).is_err());
                    assert!(tx.try_send(Rc::clone(&message)).unwrap_err().is_disconnected());
                    assert!(tx.send_timeout(Rc::clone(&message), MS).unwrap_err().is_disconnected());
                    assert_eq!(tx.send(message).unwrap_err().into_inner(), Rc::new(()));
                }
            }

            pub(super) fn those_who_wait_are_told_that_the_other_side_is_gone() {
                for capacity in [0, 1] {
                    let (tx, rx) = bounded(capacity);
                    thread::scope(|scope| {
                        let waits = scope.spawn(move || (0..=capacity).map(|_| tx.send(1).is_ok()).collect::<Vec<_>>());
                        thread::sleep(MS);
                        drop(rx);
                        assert_eq!(*waits.join().unwrap().last().unwrap(), false);
                    });
                    let (tx, rx) = bounded::<u8>(capacity);
                    thread::scope(|scope| {
                        let waits = scope.spawn(move || rx.recv());
                        thread::sleep(MS);
                        drop(tx);
                        assert_eq!(waits.join().unwrap(), Err(RecvError));
                    });
                }
            }

            pub(super) fn receivers_share_what_is_sent() {
                let (tx, rx) = bounded(1);
                let second = rx.clone();
                thread::scope(|scope| {
                    let first = scope.spawn(|| rx.iter().count());
                    let second = scope.spawn(move || second.into_iter().count());
                    (0..3).for_each(|number| tx.send(number).unwrap());
                    drop(tx);
                    assert_eq!(first.join().unwrap() + second.join().unwrap(), 3);
                });
            }

            pub(super) fn iterators_end_when_the_channel_is_closed_or_empty() {
                fn fused<I: FusedIterator>(iterator: I) -> I {
                    iterator
                }
                let (tx, rx) = unbounded();
                (0..6).for_each(|number| tx.send(number).unwrap());
                assert!(rx.iter().take(2).eq(0..2));
                assert!(rx.try_iter().eq(2..6));
                tx.send(6).unwrap();
                drop(tx);
                let mut seen = Vec::new();
                for number in &rx {
                    seen.push(number);
                }
                assert_eq!(seen, [6]);
                assert_eq!(fused(rx.iter()).next(), None);
                let texts = [format!("{:?}", rx.iter()), format!("{:?}", rx.try_iter())];
                assert_eq!(texts, ["Iter { .. }", "TryIter { .. }"]);
                let mut rest = fused(rx.into_iter());
                assert_eq!(format!("{rest:?}"), "IntoIter { .. }");
                assert_eq!(rest.next(), None);
            }

            pub(super) fn ends_know_their_channel_and_their_traits() {
                fn as_in_crossbeam<T: Send + Sync + UnwindSafe + RefUnwindSafe>(_: &T) {}
                let (tx, rx) = bounded::<u8>(1);
                let (other_tx, other_rx) = bounded::<u8>(1);
                assert!(tx.same_channel(&tx.clone()) && rx.same_channel(&rx.clone()));
                assert!(!tx.same_channel(&other_tx) && !rx.same_channel(&other_rx));
                assert!(never::<u8>().same_channel(&never()) && !never().same_channel(&rx));
                let timer = after(MS);
                assert!(timer.same_channel(&timer.clone()) && !timer.same_channel(&after(MS)));
                assert_eq!(format!("{tx:?} {rx:?} {:?}", never::<u8>()), "Sender { .. } Receiver { .. } Receiver { .. }");
                as_in_crossbeam(&tx);
                as_in_crossbeam(&rx);
                assert_eq!(format!("{:?} {:?}", Select::new(), Select::default().clone()), "Select { .. } Select { .. }");
            }

            pub(super) fn errors_say_what_happened() {
                fn text(error: impl Error + 'static) -> String {
                    format!("{error}; {error:?}")
                }
                let texts = [
                    text(SendError(1)),
                    text(TrySendError::Full(1)),
                    text(TrySendError::from(SendError(1))),
                    text(SendTimeoutError::Timeout(1)),
                    text(SendTimeoutError::from(SendError(1))),
                    text(RecvError),
                    text(TryRecvError::Empty),
                    text(TryRecvError::from(RecvError)),
                    text(RecvTimeoutError::Timeout),
                    text(RecvTimeoutError::from(RecvError)),
                    text(TrySelectError),
                    text(SelectTimeoutError),
                ];
                assert_eq!(
                    texts,
                    [
                        r#"sending on a disconnected channel; "SendError(..)""#,
                        r#"sending on a full channel; "Full(..)""#,
                        r#"sending on a disconnected channel; "Disconnected(..)""#,
                        r#"timed out waiting on send operation; "SendTimeoutError(..)""#,
                        r#"sending on a disconnected channel; "SendTimeoutError(..)""#,
                        "receiving on an empty and disconnected channel; RecvError",
                        "receiving on an empty channel; Empty",
                        "receiving on an empty and disconnected channel; Disconnected",
                        "timed out waiting on receive operation; Timeout",
                        "channel is empty and disconnected; Disconnected",
                        "all operations in select would block; TrySelectError",
                        "timed out waiting on select; SelectTimeoutError",
                    ]
                );
            }

            pub(super) fn clocks_deliver_the_time_they_were_asked_for() {
                let start = Instant::now();
                let timer = at(start + 5 * MS);
                let second = timer.clone();
                assert_eq!((timer.capacity(), never::<u8>().capacity()), (Some(1), Some(0)));
                assert_eq!(timer.recv(), Ok(start + 5 * MS));
                assert!(start.elapsed() >= 5 * MS);
                assert_eq!(second.try_recv(), Err(TryRecvError::Empty), "there is one message");
                assert_eq!(second.recv_timeout(MS), Err(RecvTimeoutError::Timeout));
                assert!(after(MS).recv().unwrap() <= Instant::now());
                assert_eq!(never::<u8>().recv_timeout(MS), Err(RecvTimeoutError::Timeout));
                assert_eq!(never::<u8>().try_recv(), Err(TryRecvError::Empty));
                let start = Instant::now();
                let ticker = tick(3 * MS);
                let (first, second) = (ticker.recv().unwrap(), ticker.recv().unwrap());
                assert!(first >= start + 3 * MS && second >= first + 3 * MS && second <= Instant::now());
                thread::sleep(10 * MS);
                assert_eq!((ticker.len(), ticker.is_full(), ticker.is_empty()), (1, true, false));
                let late = ticker.try_recv().unwrap();
                assert!(late < Instant::now());
                assert!(after(Duration::MAX).try_recv().is_err());
            }

            pub(super) fn select_carries_out_what_is_ready() {
                fn number(why: &str) -> i32 {
                    panic!("{why}")
                }
                let (tx, rx) = bounded::<i32>(1);
                let (full, kept) = bounded::<i32>(1);
                full.send(0).unwrap();
                tx.send(1).unwrap();
                let got = select! {
                    recv(rx) -> message => message.unwrap(),
                    recv(never::<i32>()) -> _ => unreachable!(),
                    send(full, number("it is not selected")) -> _ => 100,
                };
                assert_eq!(got, 1);
                let sent = select! {
                    recv(rx) -> message => { panic!("there is no message, not even {message:?}") }
                    send(tx, 2) -> result => { result.is_ok() }
                };
                assert!(sent);
                // Arms take references, temporaries and patterns; a body may leave the loop that it is in.
                let mut rounds = 0;
                loop {
                    rounds += 1;
                    select! {
                        recv(&rx.clone()) -> message => { let 2 = message.unwrap() else { panic!() }; },
                        default => break,
                    }
                }
                assert_eq!((rounds, kept.len()), (2, 1));
            }

            pub(super) fn select_is_an_expression_whose_arms_may_change_what_it_selects_from() {
                let (tx, rx) = unbounded::<i32>();
                let mut open = rx;
                (0..3).for_each(|number| tx.send(number).unwrap());
                let mut tx = Some(tx);
                let mut sum = 0;
                let rounds = loop {
                    select! {
                        recv(open) -> message => match message {
                            Ok(number) => {
                                sum += number;
                                if number == 2 {
                                    tx = None;
                                }
                                continue;
                            }
                            Err(RecvError) => open = never(),
                        },
                        default(MS) => break 7,
                    }
                };
                assert_eq!((rounds, sum, tx.is_none()), (7, 3, true));
                let (tx, rx) = bounded::<String>(1);
                let mut rx = &rx;
                let words = select! { send(&tx, "a word".to_owned()) -> sent => sent.map(|()| 1), };
                assert_eq!(words, Ok(1));
                let length = select! { recv(rx) -> word => { rx = &*Box::leak(Box::new(never())); word.unwrap().len() } };
                assert_eq!((length, rx.len()), (6, 0));
            }

            pub(super) fn select_tells_of_closed_channels() {
                let (tx, rx) = bounded::<i32>(1);
                drop(tx);
                assert_eq!(select! { recv(rx) -> message => message, default => Ok(7) }, Err(RecvError));
                let (tx, rx) = bounded::<i32>(0);
                drop(rx);
                assert_eq!(select! { send(tx, 5) -> sent => sent, default => Ok(()) }, Err(SendError(5)));
            }

            pub(super) fn select_without_waiting_and_with_a_limit() {
                let (tx, rx) = bounded::<i32>(1);
                assert_eq!(select! { recv(rx) -> message => message.unwrap(), default => 7 }, 7);
                assert_eq!(select! { recv(rx) -> message => message.unwrap(), default() => { 8 } }, 8);
                let start = Instant::now();
                assert_eq!(select! { recv(rx) -> message => message.unwrap(), default(5 * MS) => { 9 } }, 9);
                assert!(start.elapsed() >= 5 * MS);
                assert_eq!(select! { default(MS) => 10 }, 10);
                assert_eq!(select! { default => 11 }, 11);
                let start = Instant::now();
                let fired = select! { recv(rx) -> _ => 1, recv(after(3 * MS)) -> time => (time.unwrap() - start >= 3 * MS) as i32 * 2 };
                assert_eq!(fired, 2);
                tx.send(3).unwrap();
                assert_eq!(select! { recv(rx) -> message => message.unwrap(), recv(after(Duration::MAX)) -> _ => 4 }, 3);
            }

            pub(super) fn a_biased_selection_takes_the_first_that_is_ready() {
                let (one, ones) = unbounded();
                let (two, twos) = unbounded();
                (0..3).for_each(|_| { one.send(1).unwrap(); two.send(2).unwrap(); });
                let mut seen = Vec::new();
                while seen.len() < 6 {
                    select_biased! {
                        recv(twos) -> number => seen.push(number.unwrap()),
                        recv(ones) -> number => seen.push(number.unwrap()),
                    }
                }
                assert_eq!(seen, [2, 2, 2, 1, 1, 1]);
                one.send(1).unwrap();
                two.send(2).unwrap();
                let mut operations = Select::new_biased();
                let (first, second) = (operations.recv(&ones), operations.recv(&twos));
                assert_eq!((first, second), (0, 1));
                let selected = operations.select();
                assert_eq!(selected.index(), first);
                assert_eq!(selected.recv(&ones), Ok(1));
                assert_eq!(operations.ready(), second);
            }

            pub(super) fn operations_are_added_taken_out_selected_and_completed() {
                let (tx, rx) = bounded::<i32>(1);
                let (other_tx, other_rx) = bounded::<i32>(0);
                let mut operations = Select::new();
                assert!(operations.try_select().is_err());
                assert!(operations.try_ready().is_err());
                let receive = operations.recv(&rx);
                let offer = operations.send(&other_tx);
                assert_eq!(operations.try_ready(), Err(TryReadyError));
                assert!(operations.try_select().is_err());
                assert!(operations.select_timeout(MS).is_err());
                assert!(operations.select_deadline(Instant::now() + MS).is_err());
                assert_eq!(operations.ready_timeout(MS), Err(ReadyTimeoutError));
                assert_eq!(operations.ready_deadline(Instant::now() + MS), Err(ReadyTimeoutError));
                tx.send(1).unwrap();
                assert_eq!((operations.ready(), operations.try_ready()), (receive, Ok(receive)));
                let selected = operations.select();
                assert_eq!((selected.index(), format!("{selected:?}").as_str()), (receive, "SelectedOperation { .. }"));
                assert_eq!(selected.recv(&rx), Ok(1));
                operations.remove(receive);
                assert!(operations.try_select().is_err());
                drop(other_rx);
                let selected = operations.try_select().unwrap();
                assert_eq!(selected.index(), offer);
                assert_eq!(selected.send(&other_tx, 9), Err(SendError(9)));
                operations.remove(offer);
                let send = operations.send(&tx);
                assert_eq!(send, 2, "indices are not used again");
                operations.select_timeout(MS).unwrap().send(&tx, 5).unwrap();
                assert_eq!(rx.recv(), Ok(5));
            }

            pub(super) fn operations_that_are_not_completed_or_not_there_panic() {
                let (tx, rx) = bounded::<i32>(2);
                let (other_tx, other_rx) = bounded::<i32>(2);
                tx.send(1).unwrap();
                let message = catch(|| {
                    let mut operations = Select::new();
                    operations.recv(&rx);
                    drop(operations.select());
                });
                assert_eq!(message, "dropped `SelectedOperation` without completing the operation");
                let message = catch(|| { Select::new().remove(0); });
                assert_eq!(message, "index out of bounds; 0 >= 0");
                let message = catch(|| {
                    let mut operations = Select::new();
                    operations.send(&tx);
                    operations.remove(0);
                    operations.remove(0);
                });
                assert_eq!(message, "no operation with this index");
                let message = catch(|| drop(Select::new().select()));
                assert_eq!(message, "no operations have been added to `Select`");
                let message = catch(|| { Select::new().ready(); });
                assert_eq!(message, "no operations have been added to `Select`");
                drop((other_tx, other_rx));
            }

            pub(super) fn a_selected_place_keeps_its_place() {
                let (tx, rx) = bounded::<i32>(2);
                let mut operations = Select::new();
                operations.send(&tx);
                let selected = operations.select();
                tx.send(2).unwrap();
                assert!(tx.is_full());
                selected.send(&tx, 1).unwrap();
                assert_eq!((rx.recv(), rx.recv()), (Ok(1), Ok(2)));
            }

            pub(super) fn selections_meet_at_a_rendezvous() {
                let (tx, rx) = bounded::<u8>(0);
                thread::scope(|scope| {
                    scope.spawn(|| select! { send(tx, 1) -> sent => sent.unwrap(), recv(never::<()>()) -> _ => {} });
                    assert_eq!(rx.recv(), Ok(1));
                    scope.spawn(|| select! { recv(rx) -> got => assert_eq!(got, Ok(2)), recv(never::<()>()) -> _ => {} });
                    tx.send(2).unwrap();
                    scope.spawn(|| select! { send(tx, 3) -> sent => sent.unwrap(), recv(never::<()>()) -> _ => {} });
                    select! { recv(rx) -> got => assert_eq!(got, Ok(3)), recv(never::<()>()) -> _ => {} }
                });
                // Who can do both meets another one, and never itself.
                let both = || select! { send(tx, 1) -> sent => sent.map(|()| 10).unwrap(), recv(rx) -> got => got.unwrap() };
                thread::scope(|scope| {
                    let other = scope.spawn(both);
                    assert_eq!(both() + other.join().unwrap(), 11);
                });
                assert_eq!(select! { send(tx, 1) -> _ => 1, recv(rx) -> _ => 2, default(MS) => 3 }, 3);
            }
        }

        #[test]
        fn $module() {
            $(documented!(@run $module $case);)*
        }
    };
    (@run crossbeam $case:ident) => { crossbeam::$case() };
    (@run world $case:ident) => {
        eprintln!(stringify!($case));
        assert_holds(world::$case);
    };
}

macro_rules! both {
    ($($case:ident)*) => {
        documented!(crossbeam, crossbeam_channel, std, std::panic::catch_unwind, $($case)*);
        documented!(world, kata_shuttle_crossbeam::channel, kata_shuttle, kata_shuttle::unwind::catch_unwind, $($case)*);
    };
}

both! {
    a_bounded_channel_is_first_in_first_out_and_knows_its_length
    an_unbounded_channel_never_fills_up
    a_rendezvous_is_empty_and_full
    what_was_sent_is_received_after_the_last_sender_is_gone
    nothing_can_be_sent_after_the_last_receiver_is_gone
    those_who_wait_are_told_that_the_other_side_is_gone
    receivers_share_what_is_sent
    iterators_end_when_the_channel_is_closed_or_empty
    ends_know_their_channel_and_their_traits
    errors_say_what_happened
    clocks_deliver_the_time_they_were_asked_for
    select_carries_out_what_is_ready
    select_is_an_expression_whose_arms_may_change_what_it_selects_from
    select_tells_of_closed_channels
    select_without_waiting_and_with_a_limit
    a_biased_selection_takes_the_first_that_is_ready
    operations_are_added_taken_out_selected_and_completed
    operations_that_are_not_completed_or_not_there_panic
    a_selected_place_keeps_its_place
    selections_meet_at_a_rendezvous
}

fn message(payload: Box<dyn std::any::Any + Send>) -> String {
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a message")).to_owned(),
    }
}
