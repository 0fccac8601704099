//! `std::sync` behaves as documented.

use kata_real::PlannedPanic;
use kata_real_std::panic::panic_any;
use kata_real_std::sync::mpsc::{RecvTimeoutError, TryRecvError, TrySendError, channel, sync_channel};
use kata_real_std::sync::{Arc, Barrier, Condvar, Mutex, RwLock, TryLockError};
use kata_real_std::thread;
use kata_trace::Verdict;
use std::time::Duration;

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[cases![Verdict::Passed;
    a_mutex_excludes
    a_mutex_can_be_a_static
    a_mutex_of_another_thread_cannot_be_tried
    a_panic_under_a_mutex_poisons_it
    a_mutex_holds_values_without_a_size
    readers_share_a_rwlock_and_writers_do_not
    a_panicking_writer_poisons_a_rwlock_and_a_reader_does_not
    a_downgraded_writer_lets_readers_in_and_writers_not
    a_reader_does_not_pass_a_writer_that_waits
    a_notification_wakes_one_waiter
    a_notification_to_all_wakes_all
    a_wait_ends_at_its_time_limit
    a_wait_with_a_condition_ends_when_it_holds
    a_wait_on_a_poisoned_mutex_is_an_error
    a_barrier_has_one_leader_each_time
    a_barrier_of_nobody_stops_nobody
    messages_arrive_in_order
    a_channel_is_drained_before_it_is_closed
    a_message_to_nobody_comes_back
    a_bounded_channel_has_its_bound
    a_rendezvous_channel_hands_over
    a_message_on_offer_comes_back_when_the_receiver_goes
    receiving_has_a_time_limit
    iterators_end_with_their_senders
    a_receiver_drops_what_it_did_not_receive
]];

fn a_mutex_excludes() {
    let count = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..500 {
                    let mut count = count.lock().unwrap();
                    let before = *count;
                    thread::yield_now();
                    *count = before + 1;
                }
            });
        }
    });
    assert_eq!(count.into_inner().unwrap(), 2_000);
}

fn a_mutex_can_be_a_static() {
    static NAMES: Mutex<Vec<&str>> = Mutex::new(Vec::new());
    static CHANGED: Condvar = Condvar::new();
    NAMES.lock().unwrap().push("a");
    CHANGED.notify_all();
    assert_eq!(*NAMES.lock().unwrap(), ["a"]);
}

fn a_mutex_of_another_thread_cannot_be_tried() {
    let mutex = Mutex::new(1);
    let guard = mutex.lock().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock))));
    });
    assert!(matches!(mutex.try_lock(), Err(TryLockError::WouldBlock)), "nor by the same thread");
    drop(guard);
    assert_eq!(*mutex.try_lock().unwrap(), 1);
}

fn a_panic_under_a_mutex_poisons_it() {
    let mut mutex = Arc::new(Mutex::new(1));
    let theirs = Arc::clone(&mutex);
    let end = thread::spawn(move || {
        let mut guard = theirs.lock().unwrap();
        *guard = 2;
        panic_any(PlannedPanic);
    })
    .join();
    assert!(end.unwrap_err().is::<PlannedPanic>());
    assert!(mutex.is_poisoned());
    assert_eq!(*mutex.lock().unwrap_err().into_inner(), 2);
    assert!(matches!(mutex.try_lock(), Err(TryLockError::Poisoned(_))));
    assert!(Arc::get_mut(&mut mutex).unwrap().get_mut().is_err());
    mutex.clear_poison();
    assert_eq!(*mutex.lock().unwrap(), 2);
}

fn a_mutex_holds_values_without_a_size() {
    let shape: Arc<Mutex<dyn std::fmt::Debug + Send>> = Arc::new(Mutex::new("square"));
    assert_eq!(format!("{:?}", &*shape.lock().unwrap()), "\"square\"");
    assert_eq!(format!("{shape:?}"), "Mutex { data: \"square\", poisoned: false, .. }");
}

fn readers_share_a_rwlock_and_writers_do_not() {
    let lock = RwLock::new(1);
    let together = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let value = lock.read().unwrap();
                together.wait();
                assert!(matches!(lock.try_write(), Err(TryLockError::WouldBlock)));
                together.wait();
                assert_eq!(*value, 1);
            });
        }
    });
    let writer = lock.write().unwrap();
    assert!(matches!(lock.try_read(), Err(TryLockError::WouldBlock)));
    drop(writer);
    assert_eq!(*lock.try_read().unwrap(), 1);
}

fn a_panicking_writer_poisons_a_rwlock_and_a_reader_does_not() {
    let lock = Arc::new(RwLock::new(1));
    let theirs = Arc::clone(&lock);
    let reader = thread::spawn(move || {
        let _value = theirs.read().unwrap();
        panic_any(PlannedPanic);
    });
    assert!(reader.join().is_err());
    assert!(!lock.is_poisoned());
    let theirs = Arc::clone(&lock);
    let writer = thread::spawn(move || {
        let _value = theirs.write().unwrap();
        panic_any(PlannedPanic);
    });
    assert!(writer.join().is_err());
    assert!(lock.is_poisoned());
    assert_eq!(*lock.read().unwrap_err().into_inner(), 1);
    lock.clear_poison();
    assert!(lock.write().is_ok());
}

fn a_downgraded_writer_lets_readers_in_and_writers_not() {
    let lock = RwLock::new(1);
    let mut writer = lock.write().unwrap();
    *writer = 2;
    let reader = kata_real_std::sync::RwLockWriteGuard::downgrade(writer);
    assert_eq!(*lock.try_read().unwrap(), 2);
    assert!(lock.try_write().is_err());
    drop(reader);
    assert!(lock.try_write().is_ok());
}

fn a_reader_does_not_pass_a_writer_that_waits() {
    let lock = RwLock::new(1);
    let reader = lock.read().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| *lock.write().unwrap() += 1);
        while lock.try_read().is_ok() {
            thread::yield_now();
        }
        drop(reader);
    });
    assert_eq!(*lock.read().unwrap(), 2);
}

fn a_notification_wakes_one_waiter() {
    let state = Mutex::new((0, 0));
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut state = state.lock().unwrap();
                state.0 += 1;
                state = changed.wait(state).unwrap();
                state.1 += 1;
            });
        }
        // Who holds the mutex and sees both waiters knows that both wait.
        while state.lock().unwrap().0 < 2 {
            thread::yield_now();
        }
        changed.notify_one();
        while state.lock().unwrap().1 < 1 {
            thread::yield_now();
        }
        assert_eq!(state.lock().unwrap().1, 1);
        changed.notify_one();
    });
    assert_eq!(*state.lock().unwrap(), (2, 2));
}

fn a_notification_to_all_wakes_all() {
    let ready = Mutex::new(false);
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| drop(changed.wait_while(ready.lock().unwrap(), |ready| !*ready).unwrap()));
        }
        *ready.lock().unwrap() = true;
        changed.notify_all();
    });
}

fn a_wait_ends_at_its_time_limit() {
    let mutex = Mutex::new(());
    let never = Condvar::new();
    let short = Duration::from_millis(1);
    let (guard, result) = never.wait_timeout(mutex.lock().unwrap(), short).unwrap();
    assert!(result.timed_out());
    let (guard, result) = never.wait_timeout_while(guard, short, |()| true).unwrap();
    assert!(result.timed_out());
    let (_guard, result) = never.wait_timeout_while(guard, short, |()| false).unwrap();
    assert!(!result.timed_out());
}

fn a_wait_with_a_condition_ends_when_it_holds() {
    let count = Mutex::new(0);
    let changed = Condvar::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..3 {
                *count.lock().unwrap() += 1;
                changed.notify_one();
            }
        });
        let far = Duration::from_secs(1_000_000);
        let (count, result) = changed.wait_timeout_while(count.lock().unwrap(), far, |count| *count < 3).unwrap();
        assert_eq!((*count, result.timed_out()), (3, false));
    });
}

fn a_wait_on_a_poisoned_mutex_is_an_error() {
    let state = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&state);
    let guard = state.0.lock().unwrap();
    let poisoner = thread::spawn(move || {
        let _guard = theirs.0.lock().unwrap();
        theirs.1.notify_one();
        panic_any(PlannedPanic);
    });
    assert!(state.1.wait(guard).is_err());
    assert!(poisoner.join().is_err());
}

fn a_barrier_has_one_leader_each_time() {
    let barrier = Barrier::new(3);
    let leaders = Mutex::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..5 {
                    if barrier.wait().is_leader() {
                        *leaders.lock().unwrap() += 1;
                    }
                }
            });
        }
    });
    assert_eq!(leaders.into_inner().unwrap(), 5);
}

fn a_barrier_of_nobody_stops_nobody() {
    assert!(Barrier::new(0).wait().is_leader());
}

fn messages_arrive_in_order() {
    let (sender, receiver) = channel();
    thread::spawn(move || (0..100).for_each(|n| sender.send(n).unwrap()));
    assert!(receiver.iter().eq(0..100));
}

fn a_channel_is_drained_before_it_is_closed() {
    let (sender, receiver) = channel();
    let other = sender.clone();
    sender.send(1).unwrap();
    drop(sender);
    assert_eq!(receiver.try_recv(), Ok(1));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    other.send(2).unwrap();
    drop(other);
    assert_eq!(receiver.recv(), Ok(2));
    assert!(receiver.recv().is_err());
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
}

fn a_message_to_nobody_comes_back() {
    let (sender, receiver) = channel();
    drop(receiver);
    assert_eq!(sender.send("letter").unwrap_err().0, "letter");
    let (sender, receiver) = sync_channel(1);
    drop(receiver);
    assert_eq!(sender.send("letter").unwrap_err().0, "letter");
    assert_eq!(sender.try_send("letter"), Err(TrySendError::Disconnected("letter")));
}

fn a_bounded_channel_has_its_bound() {
    let (sender, receiver) = sync_channel(2);
    sender.send(1).unwrap();
    sender.try_send(2).unwrap();
    assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
    let rest = thread::spawn(move || {
        sender.send(3).unwrap();
        sender.send(4).unwrap();
    });
    assert!(receiver.into_iter().eq(1..5));
    rest.join().unwrap();
}

fn a_rendezvous_channel_hands_over() {
    let (sender, receiver) = sync_channel(0);
    assert_eq!(sender.try_send(0), Err(TrySendError::Full(0)));
    thread::scope(|scope| {
        scope.spawn(move || (0..5).for_each(|n| sender.send(n).unwrap()));
        assert!(receiver.iter().eq(0..5));
    });
}

fn a_message_on_offer_comes_back_when_the_receiver_goes() {
    let (sender, receiver) = sync_channel(0);
    let offering = thread::spawn(move || sender.send("letter").unwrap_err().0);
    drop(receiver);
    assert_eq!(offering.join().unwrap(), "letter");
}

fn receiving_has_a_time_limit() {
    let (sender, receiver) = channel();
    assert_eq!(receiver.recv_timeout(Duration::from_millis(1)), Err(RecvTimeoutError::Timeout));
    assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
    sender.send(1).unwrap();
    assert_eq!(receiver.recv_timeout(Duration::MAX), Ok(1));
    drop(sender);
    assert_eq!(receiver.recv_timeout(Duration::MAX), Err(RecvTimeoutError::Disconnected));
}

fn iterators_end_with_their_senders() {
    let (sender, receiver) = channel();
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    assert!(receiver.try_iter().eq([1, 2]));
    sender.send(3).unwrap();
    drop(sender);
    assert!((&receiver).into_iter().eq([3]));
    assert_eq!(receiver.into_iter().next(), None);
}

fn a_receiver_drops_what_it_did_not_receive() {
    let letter = Arc::new(());
    let (sender, receiver) = channel();
    sender.send(Arc::clone(&letter)).unwrap();
    assert_eq!(Arc::strong_count(&letter), 2);
    drop(receiver);
    assert_eq!(Arc::strong_count(&letter), 1);
}
