//! What tokio documents and one interleaving shows: asked of tokio itself, and of what stands for it.

use std::future::{pending, poll_fn};
use std::task::Poll;

use crate::support::assert_holds;

/// Polls once.
async fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut future = Some(future);
    poll_fn(move |cx| {
        Poll::Ready(match future.take().expect("polled once").poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

macro_rules! documented {
    ($module:ident, $tokio:path, $std:path) => {
        mod $module {
            use std::pin::pin;
            use std::sync::Arc;
            use std::time::Duration;

            use $std as std_of_the_world;
            use $tokio as tokio;
            use tokio::runtime::{Builder, Handle, RuntimeFlavor};
            use tokio::sync::*;
            use tokio::task::{self, JoinSet, LocalSet, yield_now};
            use tokio::time::{self, Instant, MissedTickBehavior, interval, sleep, timeout};

            use super::{pending, poll_once};

            const MS: Duration = Duration::from_millis(1);

            pub(super) fn run<F: Future>(future: F) -> F::Output {
                Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(future)
            }

            pub(super) fn a_mutex_is_fair_and_gives_its_place_up_when_it_is_dropped() {
                run(async {
                    let mutex = Mutex::new(1);
                    let first = mutex.lock().await;
                    assert!(mutex.try_lock().is_err());
                    assert_eq!(format!("{mutex:?}"), "Mutex { data: <locked> }");
                    let (mut second, mut third) = (Box::pin(mutex.lock()), Box::pin(mutex.lock()));
                    assert!(poll_once(second.as_mut()).await.is_none());
                    assert!(poll_once(third.as_mut()).await.is_none());
                    drop(first);
                    assert!(mutex.try_lock().is_err(), "it belongs to who has waited longest");
                    assert!(poll_once(third.as_mut()).await.is_none());
                    drop(second);
                    *poll_once(third.as_mut()).await.unwrap() += 1;
                    assert_eq!(format!("{mutex:?}"), "Mutex { data: 2 }");
                    drop(third);
                    assert_eq!(mutex.into_inner(), 2);

                    let mutex = Arc::new(Mutex::new((1, 2)));
                    let mut owned = mutex.clone().lock_owned().await;
                    owned.0 = 5;
                    assert!(mutex.clone().try_lock_owned().is_err());
                    drop(owned);
                    let mut part = MutexGuard::map(mutex.lock().await, |pair| &mut pair.1);
                    *part += 1;
                    drop(part);
                    assert_eq!(*mutex.try_lock().unwrap(), (5, 3));
                });
            }

            pub(super) fn a_rwlock_lets_readers_in_together_and_writers_before_later_readers() {
                run(async {
                    let lock = RwLock::new(1);
                    let (one, two) = (lock.read().await, lock.read().await);
                    assert!(lock.try_write().is_err());
                    let mut writer = Box::pin(lock.write());
                    assert!(poll_once(writer.as_mut()).await.is_none());
                    assert!(lock.try_read().is_err(), "a writer waits");
                    let mut reader = Box::pin(lock.read());
                    assert!(poll_once(reader.as_mut()).await.is_none());
                    drop((one, two));
                    let mut guard = poll_once(writer.as_mut()).await.unwrap();
                    *guard += 1;
                    assert!(poll_once(reader.as_mut()).await.is_none());
                    let downgraded = guard.downgrade();
                    assert_eq!(*poll_once(reader.as_mut()).await.unwrap() + *downgraded, 4);
                    drop(downgraded);
                    drop((reader, writer));
                    assert_eq!(*lock.try_write().unwrap(), 2);
                    let lock = Arc::new(lock);
                    let owned = lock.clone().write_owned().await.downgrade();
                    assert_eq!(*owned + *lock.clone().read_owned().await, 4);
                });
            }

            pub(super) fn a_semaphore_is_fair_and_can_be_closed() {
                run(async {
                    let semaphore = Arc::new(Semaphore::new(3));
                    let one = semaphore.acquire().await.unwrap();
                    let mut many = Box::pin(semaphore.acquire_many(3));
                    assert!(poll_once(many.as_mut()).await.is_none());
                    let mut next = Box::pin(semaphore.clone().acquire_owned());
                    assert!(poll_once(next.as_mut()).await.is_none(), "others wait for more");
                    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
                    drop(one);
                    let mut many = poll_once(many.as_mut()).await.unwrap().unwrap();
                    assert_eq!((semaphore.available_permits(), many.num_permits()), (0, 3));
                    let split = many.split(1).unwrap();
                    assert!(many.split(3).is_none());
                    split.forget();
                    drop(many);
                    let mut next = poll_once(next.as_mut()).await.unwrap().unwrap();
                    assert_eq!(semaphore.available_permits(), 1);
                    next.merge(semaphore.clone().try_acquire_owned().unwrap());
                    assert_eq!(next.num_permits(), 2);
                    semaphore.add_permits(5);
                    assert_eq!(semaphore.forget_permits(2), 2);
                    assert_eq!(semaphore.available_permits(), 3);
                    let mut too_many = Box::pin(semaphore.acquire_many(4));
                    assert!(poll_once(too_many.as_mut()).await.is_none());
                    semaphore.close();
                    assert!(poll_once(too_many.as_mut()).await.unwrap().is_err());
                    assert!(semaphore.is_closed() && semaphore.acquire().await.is_err());
                    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
                });
            }

            pub(super) fn a_notification_is_stored_once_and_one_to_all_is_not() {
                run(async {
                    let notify = Notify::new();
                    notify.notify_one();
                    notify.notify_one();
                    notify.notified().await;
                    assert!(poll_once(pin!(notify.notified())).await.is_none(), "one permit at most");
                    notify.notify_waiters();
                    assert!(poll_once(pin!(notify.notified())).await.is_none(), "nobody waited");
                    let before = notify.notified();
                    notify.notify_waiters();
                    assert!(poll_once(pin!(before)).await.is_some(), "it counts from its creation");
                    let before = notify.notified();
                    let mut other = Box::pin(notify.notified());
                    assert!(!other.as_mut().enable());
                    notify.notify_one();
                    assert!(poll_once(pin!(before)).await.is_none(), "it goes to who was enabled");
                    drop(other);
                    assert!(poll_once(pin!(notify.notified())).await.is_some(), "it is passed on");
                    let (mut one, mut two) = (Box::pin(notify.notified()), Box::pin(notify.notified()));
                    assert!(poll_once(one.as_mut()).await.is_none());
                    assert!(poll_once(two.as_mut()).await.is_none());
                    notify.notify_last();
                    assert!(poll_once(one.as_mut()).await.is_none());
                    assert!(poll_once(two.as_mut()).await.is_some());
                    notify.notify_one();
                    assert!(poll_once(one.as_mut()).await.is_some());
                });
            }

            pub(super) fn a_channel_keeps_its_order_its_capacity_and_what_is_reserved() {
                run(async {
                    let (tx, mut rx) = mpsc::channel(2);
                    tx.send(1).await.unwrap();
                    tx.try_send(2).unwrap();
                    assert!(matches!(tx.try_send(3), Err(mpsc::error::TrySendError::Full(3))));
                    assert_eq!((tx.capacity(), tx.max_capacity(), rx.len()), (0, 2, 2));
                    let (mut third, mut fourth) = (Box::pin(tx.send(3)), Box::pin(tx.send(4)));
                    assert!(poll_once(third.as_mut()).await.is_none());
                    assert!(poll_once(fourth.as_mut()).await.is_none());
                    assert_eq!(rx.recv().await, Some(1));
                    drop(third);
                    assert!(poll_once(fourth.as_mut()).await.is_some(), "who gave up is passed over");
                    assert_eq!(rx.recv().await, Some(2));
                    let permit = tx.reserve().await.unwrap();
                    assert!(tx.try_reserve().is_err());
                    drop(permit);
                    tx.reserve().await.unwrap().send(5);
                    assert_eq!(rx.try_recv(), Ok(4));
                    assert_eq!(rx.recv().await, Some(5));
                    assert_eq!(rx.try_recv(), Err(mpsc::error::TryRecvError::Empty));
                    drop(fourth);
                    let tx = tx.reserve_owned().await.unwrap().send(6);
                    let mut several = Vec::new();
                    assert_eq!(rx.recv_many(&mut several, 9).await, 1);
                    assert_eq!(several, [6]);
                    let weak = tx.downgrade();
                    let other = weak.upgrade().unwrap();
                    assert!(tx.same_channel(&other) && tx.strong_count() == 2);
                    drop((tx, other));
                    assert!(weak.upgrade().is_none());
                    assert_eq!(rx.recv().await, None);
                    assert_eq!(rx.try_recv(), Err(mpsc::error::TryRecvError::Disconnected));
                });
            }

            pub(super) fn room_for_several_messages_is_kept_at_once_and_what_is_left_is_given_back() {
                run(async {
                    let (tx, mut rx) = mpsc::channel(3);
                    let mut room = tx.reserve_many(3).await.unwrap();
                    assert_eq!((room.len(), tx.capacity()), (3, 0));
                    assert!(tx.try_reserve_many(1).is_err());
                    room.next().unwrap().send(1);
                    room.next().unwrap().send(2);
                    drop(room);
                    assert_eq!((tx.capacity(), rx.recv().await, rx.recv().await), (1, Some(1), Some(2)));
                    assert!(tx.try_reserve_many(4).is_err() && tx.reserve_many(4).await.is_err());
                    assert_eq!(tx.try_reserve_many(2).unwrap().count(), 2);
                    assert_eq!(tx.reserve_many(0).await.unwrap().count(), 0);
                    let (full, late) = (tx.reserve_many(2).await.unwrap(), tx.clone());
                    let mut waiting = pin!(late.reserve_many(2));
                    assert!(poll_once(waiting.as_mut()).await.is_none());
                    drop(full);
                    assert_eq!(waiting.await.unwrap().len(), 2);
                    rx.close();
                    assert!(tx.reserve_many(1).await.is_err());
                });
            }

            pub(super) fn a_closed_channel_gives_what_it_has_and_takes_nothing() {
                run(async {
                    let (tx, mut rx) = mpsc::channel(4);
                    tx.send(1).await.unwrap();
                    let permit = tx.reserve().await.unwrap();
                    rx.close();
                    assert!(tx.is_closed() && tx.send(2).await.is_err());
                    tx.closed().await;
                    permit.send(3);
                    assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(3), None));
                    let (tx, rx) = mpsc::unbounded_channel();
                    tx.send(1).unwrap();
                    drop(rx);
                    assert_eq!(tx.send(2).unwrap_err().0, 2);
                    let (tx, mut rx) = mpsc::channel(1);
                    tx.send(1).await.unwrap();
                    let late = tx.send_timeout(2, MS).await.unwrap_err();
                    assert!(matches!(late, mpsc::error::SendTimeoutError::Timeout(2)));
                    assert_eq!(rx.recv().await, Some(1));
                    tx.send_timeout(3, MS).await.unwrap();
                    assert_eq!(rx.recv().await, Some(3));
                });
            }

            pub(super) fn a_oneshot_tells_either_side_that_the_other_is_gone() {
                run(async {
                    let (tx, rx) = oneshot::channel();
                    tx.send(1).unwrap();
                    assert_eq!(rx.await, Ok(1));
                    let (tx, rx) = oneshot::channel::<i32>();
                    drop(tx);
                    assert!(rx.await.is_err());
                    let (mut tx, rx) = oneshot::channel();
                    assert!(!tx.is_closed());
                    assert!(poll_once(pin!(tx.closed())).await.is_none());
                    drop(rx);
                    tx.closed().await;
                    assert_eq!(tx.send(2), Err(2));
                    let (tx, mut rx) = oneshot::channel();
                    assert_eq!(rx.try_recv(), Err(oneshot::error::TryRecvError::Empty));
                    assert!(poll_once(pin!(&mut rx)).await.is_none());
                    tx.send(3).unwrap();
                    rx.close();
                    assert_eq!(rx.try_recv(), Ok(3));
                });
            }

            pub(super) fn a_watch_shows_the_latest_value_and_what_was_not_seen() {
                run(async {
                    let (tx, mut rx) = watch::channel(0);
                    assert!(!rx.has_changed().unwrap());
                    tx.send(1).unwrap();
                    tx.send(2).unwrap();
                    assert!(rx.has_changed().unwrap() && *rx.borrow() == 2 && rx.has_changed().unwrap());
                    assert!(rx.borrow().has_changed());
                    rx.changed().await.unwrap();
                    assert!(poll_once(pin!(rx.changed())).await.is_none());
                    let mut other = rx.clone();
                    tx.send_modify(|value| *value += 1);
                    assert_eq!(*other.borrow_and_update(), 3);
                    assert!(!other.has_changed().unwrap() && rx.has_changed().unwrap());
                    assert!(!tx.send_if_modified(|_| false));
                    assert_eq!(tx.send_replace(9), 3);
                    assert_eq!(*rx.wait_for(|value| *value > 5).await.unwrap(), 9);
                    assert!(!rx.has_changed().unwrap());
                    rx.mark_changed();
                    assert!(rx.has_changed().unwrap());
                    assert_eq!((tx.receiver_count(), tx.sender_count()), (2, 1));
                    tx.send(10).unwrap();
                    drop(tx);
                    rx.changed().await.unwrap();
                    assert!(rx.changed().await.is_err() && rx.has_changed().is_err() && *rx.borrow() == 10);
                    let (tx, rx) = watch::channel(0);
                    drop(rx);
                    tx.closed().await;
                    assert!(tx.is_closed() && tx.send(1).is_err() && *tx.borrow() == 0);
                    assert_eq!(*tx.subscribe().borrow(), 0);
                });
            }

            pub(super) fn a_slow_receiver_of_a_broadcast_is_told_what_it_lost() {
                run(async {
                    let (tx, mut slow) = broadcast::channel(2);
                    let mut late = tx.subscribe();
                    for message in 1..=3 {
                        assert_eq!(tx.send(message).unwrap(), 2);
                    }
                    assert_eq!(slow.recv().await, Err(broadcast::error::RecvError::Lagged(1)));
                    assert_eq!((slow.recv().await, slow.recv().await), (Ok(2), Ok(3)));
                    assert_eq!(slow.try_recv(), Err(broadcast::error::TryRecvError::Empty));
                    assert_eq!(late.len(), 3);
                    let mut new = slow.resubscribe();
                    tx.send(4).unwrap();
                    assert_eq!(new.recv().await, Ok(4));
                    drop(tx);
                    assert_eq!((slow.recv().await, slow.recv().await.is_err()), (Ok(4), true));
                    assert_eq!(slow.recv().await, Err(broadcast::error::RecvError::Closed));
                    assert_eq!(late.recv().await, Err(broadcast::error::RecvError::Lagged(2)));
                    let (tx, rx) = broadcast::channel(1);
                    drop(rx);
                    assert!(tx.send(1).is_err());
                    let weak = tx.downgrade();
                    assert!(weak.upgrade().is_some_and(|other| other.same_channel(&tx)));
                    drop(tx);
                    assert!(weak.upgrade().is_none());
                });
            }

            pub(super) fn a_barrier_lets_all_through_together_and_a_cell_is_filled_once() {
                run(async {
                    let barrier = Barrier::new(2);
                    let (one, two) = tokio::join!(barrier.wait(), barrier.wait());
                    assert!(one.is_leader() != two.is_leader());
                    let cell = OnceCell::new();
                    assert!(cell.get().is_none() && !cell.initialized());
                    assert_eq!(cell.get_or_try_init(|| async { Err::<i32, _>("no") }).await, Err("no"));
                    let mut given_up = Box::pin(cell.get_or_init(pending));
                    assert!(poll_once(given_up.as_mut()).await.is_none());
                    assert!(cell.set(1).is_err(), "somebody is making it");
                    let mut next = Box::pin(cell.get_or_init(|| async { 2 }));
                    assert!(poll_once(next.as_mut()).await.is_none());
                    drop(given_up);
                    assert_eq!(poll_once(next.as_mut()).await, Some(&2));
                    assert!(cell.set(3).is_err());
                    assert_eq!(cell.get_or_init(|| async { unreachable!() }).await, &2);
                });
            }

            pub(super) fn who_waits_for_a_value_that_is_set_once_gets_it_before_and_after() {
                run(async {
                    let cell = SetOnce::new();
                    assert!(cell.get().is_none() && !cell.initialized());
                    let mut given_up = Box::pin(cell.wait());
                    let mut waits = Box::pin(cell.wait());
                    assert!(poll_once(given_up.as_mut()).await.is_none());
                    assert!(poll_once(waits.as_mut()).await.is_none());
                    drop(given_up);
                    assert_eq!((cell.set(1), cell.set(2).map_err(|error| error.0)), (Ok(()), Err(2)));
                    assert_eq!(poll_once(waits.as_mut()).await, Some(&1));
                    assert_eq!((cell.wait().await, cell.get()), (&1, Some(&1)));
                    assert_eq!(cell, SetOnce::from(1));
                    assert_eq!((cell.clone().into_inner(), SetOnce::<u8>::default().into_inner()), (Some(1), None));
                });
            }

            pub(super) fn a_task_ends_with_its_result_its_panic_or_by_being_aborted() {
                run(async {
                    assert_eq!(tokio::spawn(async { 1 }).await.unwrap(), 1);
                    let panicked = tokio::spawn(async {
                        let no = String::from("no");
                        panic!("oh {no}")
                    });
                    let id = panicked.id();
                    let error = panicked.await.map(|()| 0).unwrap_err();
                    assert!(error.is_panic() && !error.is_cancelled() && error.id() == id);
                    assert_eq!(error.to_string(), format!("task {id} panicked with message \"oh no\""));
                    assert_eq!(*error.into_panic().downcast::<String>().unwrap(), "oh no");
                    let held = Arc::new(());
                    let theirs = held.clone();
                    let task = tokio::spawn(async move {
                        pending::<()>().await;
                        drop(theirs);
                    });
                    yield_now().await;
                    assert!(!task.is_finished());
                    task.abort();
                    let error = task.await.unwrap_err();
                    assert!(error.is_cancelled() && error.try_into_panic().is_err());
                    assert_eq!(Arc::strong_count(&held), 1, "it was dropped");
                    let task = tokio::spawn(async {});
                    let abort = task.abort_handle();
                    yield_now().await;
                    abort.abort();
                    assert!(abort.is_finished() && task.await.is_ok(), "too late");
                    assert!(task::try_id().is_none());
                    let task = tokio::spawn(async { task::id() });
                    assert_eq!(task.id(), task.await.unwrap());
                    let (tx, rx) = oneshot::channel();
                    drop(tokio::spawn(async { tx.send(1) }));
                    assert_eq!(rx.await, Ok(1), "a task that nobody joins runs on");
                    assert_eq!(task::spawn_blocking(|| 3).await.unwrap(), 3);
                    assert_eq!(task::unconstrained(async { 4 }).await, 4);
                    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::CurrentThread);
                });
            }

            pub(super) fn on_one_thread_tasks_are_polled_in_the_order_in_which_they_were_woken() {
                let order = std_of_the_world::Mutex::new(Vec::new());
                let order = Arc::new(order);
                run(async {
                    let note = |name: &'static str, order: &Arc<std_of_the_world::Mutex<Vec<&'static str>>>| {
                        order.lock().unwrap().push(name);
                    };
                    let tasks: Vec<_> = ["a", "b", "c"]
                        .into_iter()
                        .map(|name| {
                            let order = order.clone();
                            tokio::spawn(async move {
                                note(name, &order);
                                yield_now().await;
                                note(name, &order);
                            })
                        })
                        .collect();
                    note("root", &order);
                    yield_now().await;
                    note("root", &order);
                    for task in tasks {
                        task.await.unwrap();
                    }
                });
                assert_eq!(*order.lock().unwrap(), ["root", "a", "b", "c", "root", "c", "b", "a"]);
            }

            pub(super) fn a_join_set_hands_over_what_is_over_first_and_aborts_the_rest() {
                run(async {
                    let mut set = JoinSet::new();
                    for delay in [3, 1, 2] {
                        set.spawn(async move {
                            sleep(MS * delay).await;
                            delay
                        });
                    }
                    assert_eq!(set.len(), 3);
                    assert!(set.try_join_next().is_none());
                    let mut order = Vec::new();
                    while let Some(delay) = set.join_next().await {
                        order.push(delay.unwrap());
                    }
                    assert_eq!(order, [1, 2, 3]);
                    assert!(set.is_empty() && set.join_next().await.is_none());
                    set.spawn(pending());
                    set.spawn(async { panic!("oh no") });
                    assert!(set.join_next().await.unwrap().unwrap_err().is_panic());
                    set.abort_all();
                    assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
                    let held = Arc::new(());
                    let theirs = held.clone();
                    set.spawn(async move {
                        pending::<()>().await;
                        drop(theirs);
                        0
                    });
                    set.shutdown().await;
                    assert_eq!((Arc::strong_count(&held), set.len()), (1, 0));
                    let id = set.spawn(async { 5 }).id();
                    yield_now().await;
                    let (joined, value) = set.try_join_next_with_id().unwrap().unwrap();
                    assert!(joined == id && value == 5 && set.try_join_next_with_id().is_none());
                    let set: JoinSet<_> = (1..=2).map(|number| async move { number }).collect();
                    assert_eq!(set.join_all().await.iter().sum::<i32>(), 3);
                });
            }

            pub(super) fn a_local_set_runs_tasks_that_stay_on_their_thread() {
                run(async {
                    let shared = std::rc::Rc::new(std::cell::Cell::new(0));
                    let set = LocalSet::new();
                    let theirs = shared.clone();
                    let sum = set
                        .run_until(async move {
                            let other = theirs.clone();
                            let task = task::spawn_local(async move {
                                yield_now().await;
                                other.set(other.get() + 1);
                                7
                            });
                            task.await.unwrap() + theirs.get()
                        })
                        .await;
                    assert_eq!(sum, 8);
                    let theirs = shared.clone();
                    set.spawn_local(async move { theirs.set(10) });
                    set.await;
                    assert_eq!(shared.get(), 10);
                    let set = LocalSet::new();
                    let theirs = shared.clone();
                    set.spawn_local(async move {
                        pending::<()>().await;
                        drop(theirs);
                    });
                    set.run_until(yield_now()).await;
                    drop(set);
                    assert_eq!(std::rc::Rc::strong_count(&shared), 1, "its tasks end with it");
                });
            }

            pub(super) fn a_clock_that_stands_still_jumps_from_timer_to_timer() {
                run(async {
                    let start = Instant::now();
                    tokio::join!(sleep(MS * 300), sleep(MS * 100), sleep(MS * 200));
                    assert_eq!(start.elapsed(), MS * 300);
                    let tasks = [5, 50].map(|delay| tokio::spawn(sleep(MS * delay)));
                    for task in tasks {
                        task.await.unwrap();
                    }
                    assert_eq!(start.elapsed(), MS * 350);
                    assert!(timeout(MS * 10, pending::<()>()).await.is_err());
                    assert_eq!(start.elapsed(), MS * 360);
                    assert_eq!(timeout(MS, async { 1 }).await, Ok(1));
                    assert_eq!(timeout(Duration::ZERO, async { 1 }).await, Ok(1), "the future is polled first");
                    time::timeout_at(start + MS * 365, pending::<()>()).await.unwrap_err();
                    time::sleep_until(start + MS * 370).await;
                    assert_eq!(start.elapsed(), MS * 370);
                    sleep(Duration::from_micros(1500)).await;
                    assert_eq!(start.elapsed(), MS * 372, "timers have a resolution of a millisecond");
                    time::advance(MS * 28).await;
                    assert_eq!(start.elapsed(), MS * 400);
                    let mut nap = pin!(sleep(MS * 5));
                    assert!(poll_once(nap.as_mut()).await.is_none() && !nap.is_elapsed());
                    nap.as_mut().reset(start + MS * 500);
                    nap.as_mut().await;
                    assert!(nap.is_elapsed() && start.elapsed() == MS * 500);
                });
            }

            pub(super) fn an_interval_catches_up_as_it_is_told() {
                run(async {
                    let start = Instant::now();
                    for (behavior, late) in [
                        (MissedTickBehavior::Burst, [25, 25, 30]),
                        (MissedTickBehavior::Delay, [25, 35, 45]),
                        (MissedTickBehavior::Skip, [25, 30, 40]),
                    ] {
                        let begin = Instant::now();
                        let mut ticks = interval(MS * 10);
                        assert_eq!(ticks.missed_tick_behavior(), MissedTickBehavior::Burst);
                        ticks.set_missed_tick_behavior(behavior);
                        ticks.tick().await;
                        assert_eq!(begin.elapsed(), Duration::ZERO, "the first tick is at once");
                        sleep(MS * 25).await;
                        for late in late {
                            ticks.tick().await;
                            assert_eq!(begin.elapsed(), MS * late, "{behavior:?}");
                        }
                    }
                    assert_eq!(start.elapsed(), MS * 115);
                });
            }

            pub(super) fn select_takes_one_branch_and_drops_the_others() {
                run(async {
                    let dropped = Arc::new(());
                    let theirs = dropped.clone();
                    let taken = tokio::select! {
                        value = async { 1 } => value,
                        _ = async move { pending::<()>().await; drop(theirs) } => 2,
                    };
                    assert_eq!((taken, Arc::strong_count(&dropped)), (1, 1));
                    let first = tokio::select! { biased; _ = async {} => 1, _ = async {} => 2 };
                    assert_eq!(first, 1);
                    let refuted = tokio::select! {
                        Some(value) = async { None::<i32> } => value,
                        else => -1,
                    };
                    assert_eq!(refuted, -1);
                    let disabled = tokio::select! {
                        _ = async {}, if taken > 1 => 1,
                        value = async { 2 } => { value }
                    };
                    assert_eq!(disabled, 2);
                    let (tx, mut rx) = mpsc::channel(1);
                    tx.send(5).await.unwrap();
                    let mut nap = pin!(sleep(MS * 10));
                    let mut got = Vec::new();
                    loop {
                        tokio::select! {
                            Some(mut value) = rx.recv() => { value += 1; got.push(value) }
                            () = &mut nap => break,
                        }
                    }
                    assert_eq!(got, [6]);
                });
            }

            pub(super) fn join_waits_for_all_and_try_join_for_the_first_error() {
                run(async {
                    assert_eq!(tokio::join!(async { 1 }, async { "two" }), (1, "two"));
                    assert_eq!(tokio::join!(biased; async { 1 },), (1,));
                    let ok = tokio::try_join!(async { Ok::<_, ()>(1) }, async { Ok(2) });
                    assert_eq!(ok, Ok((1, 2)));
                    let start = Instant::now();
                    let slow = async {
                        sleep(MS * 100).await;
                        Ok::<(), &str>(())
                    };
                    let fails = async {
                        sleep(MS * 10).await;
                        Err::<(), &str>("no")
                    };
                    assert_eq!(tokio::try_join!(slow, fails), Err("no"));
                    assert_eq!(start.elapsed(), MS * 10);
                    let future = async { 3 };
                    tokio::pin!(future);
                    assert_eq!(future.await, 3);
                });
            }

            tokio::task_local! {
                static NAME: &'static str;
            }

            pub(super) fn a_task_local_belongs_to_its_scope() {
                run(async {
                    assert!(NAME.try_with(|_| ()).is_err());
                    let named = |name| {
                        NAME.scope(name, async {
                            let before = NAME.get();
                            yield_now().await;
                            (before, NAME.with(|name| *name))
                        })
                    };
                    let (one, two) = (tokio::spawn(named("one")), tokio::spawn(named("two")));
                    assert_eq!((one.await.unwrap(), two.await.unwrap()), (("one", "one"), ("two", "two")));
                    assert_eq!(NAME.sync_scope("three", || NAME.get()), "three");
                });
            }

            pub(super) fn the_end_of_a_runtime_drops_its_tasks() {
                let held = Arc::new(());
                let runtime = Builder::new_current_thread().enable_all().build().unwrap();
                let theirs = held.clone();
                runtime.spawn(async move {
                    pending::<()>().await;
                    drop(theirs);
                });
                let task = runtime.spawn(async {});
                let never_polled = held.clone();
                runtime.block_on(yield_now());
                runtime.spawn(async move { drop(never_polled) });
                let handle = runtime.handle().clone();
                drop(runtime);
                assert_eq!(Arc::strong_count(&held), 1);
                let late = handle.spawn(async {});
                run(async {
                    assert!(task.await.is_ok());
                    assert!(late.await.unwrap_err().is_cancelled());
                });
            }

            pub(super) fn several_workers_do_the_same() {
                let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
                runtime.block_on(async {
                    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::MultiThread);
                    let task = tokio::spawn(async { task::block_in_place(|| 1) });
                    assert_eq!(task.await.unwrap(), 1);
                    let nested = task::spawn_blocking(|| Handle::current().block_on(async { 2 }));
                    assert_eq!(nested.await.unwrap(), 2);
                });
                let _entered = runtime.enter();
                drop(tokio::spawn(async {}));
            }
        }
    };
}

documented!(of_tokio, ::tokio, std::sync);
documented!(of_the_stand_in, kata_shuttle_tokio, kata_shuttle::sync);

macro_rules! compared {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            of_tokio::$name();
            assert_holds(of_the_stand_in::$name);
        }
    )*};
}

compared! {
    a_mutex_is_fair_and_gives_its_place_up_when_it_is_dropped
    a_rwlock_lets_readers_in_together_and_writers_before_later_readers
    a_semaphore_is_fair_and_can_be_closed
    a_notification_is_stored_once_and_one_to_all_is_not
    a_channel_keeps_its_order_its_capacity_and_what_is_reserved
    room_for_several_messages_is_kept_at_once_and_what_is_left_is_given_back
    a_closed_channel_gives_what_it_has_and_takes_nothing
    a_oneshot_tells_either_side_that_the_other_is_gone
    a_watch_shows_the_latest_value_and_what_was_not_seen
    a_slow_receiver_of_a_broadcast_is_told_what_it_lost
    a_barrier_lets_all_through_together_and_a_cell_is_filled_once
    who_waits_for_a_value_that_is_set_once_gets_it_before_and_after
    a_task_ends_with_its_result_its_panic_or_by_being_aborted
    on_one_thread_tasks_are_polled_in_the_order_in_which_they_were_woken
    a_join_set_hands_over_what_is_over_first_and_aborts_the_rest
    a_local_set_runs_tasks_that_stay_on_their_thread
    a_clock_that_stands_still_jumps_from_timer_to_timer
    an_interval_catches_up_as_it_is_told
    select_takes_one_branch_and_drops_the_others
    join_waits_for_all_and_try_join_for_the_first_error
    a_task_local_belongs_to_its_scope
    the_end_of_a_runtime_drops_its_tasks
    several_workers_do_the_same
}
