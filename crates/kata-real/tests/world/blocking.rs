//! Calls that block an executor's thread are reported; calls that only look like it are not.

use kata_real::gauge;
use kata_real_std::sync::mpsc::{channel, sync_channel};
use kata_real_std::sync::{Arc, Barrier, Condvar, Mutex, RwLock};
use kata_real_std::thread;
use kata_trace::Verdict;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::{self, JoinSet, LocalSet};

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::BlockedExecutor;
        sleeping_in_a_poll
        sleeping_in_a_task_of_a_worker
        sleeping_in_a_task_of_a_join_set
        sleeping_in_a_task_of_a_local_set
        sleeping_in_a_branch_of_a_select
        parking_in_a_poll
        parking_for_a_time_in_a_poll
        receiving_in_a_poll
        receiving_for_a_time_in_a_poll
        iterating_over_messages_in_a_poll
        sending_into_a_full_channel_in_a_poll
        offering_a_message_in_a_poll
        waiting_for_a_condition_in_a_poll
        waiting_for_a_condition_for_a_time_in_a_poll
        waiting_at_a_barrier_in_a_poll
        joining_a_busy_thread_in_a_poll
        joining_a_thread_that_waits_in_a_poll
        ending_a_scope_in_a_poll
        locking_behind_a_holder_that_sleeps
        locking_behind_a_holder_that_goes_to_sleep
        reading_behind_a_writer_that_waits
        asking_a_task_over_and_over_in_one_poll
        asking_a_channel_over_and_over_in_one_poll
        trying_a_lock_over_and_over_in_one_poll
        computing_for_ever_in_one_poll
    ],
    cases![Verdict::Panicked;
        blocking_in_place_on_a_runtime_of_one_thread
        blocking_on_a_future_in_a_poll
        receiving_blockingly_from_a_channel_of_tokio
    ],
    cases![Verdict::Passed;
        sleeping_on_the_blocking_pool
        sleeping_in_a_thread_of_ones_own
        sleeping_in_place_on_a_worker
        sleeping_for_no_time
        locking_what_is_free
        locking_for_a_moment_on_many_workers
        receiving_what_is_there
        joining_a_thread_that_has_sent_its_result
        a_scope_without_threads
        notifying_in_a_poll
        arriving_last_at_a_barrier
        looking_a_few_times
        waiting_outside_of_a_runtime
    ],
];

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn sleeping_in_a_poll() {
    one_thread().block_on(async {
        thread::sleep(Duration::from_secs(60)); // reported
    });
}

fn sleeping_in_a_task_of_a_worker() {
    let runtime = Runtime::new().unwrap();
    let task = runtime.spawn(async {
        thread::sleep(Duration::from_secs(60)); // reported
    });
    runtime.block_on(task).unwrap();
}

fn sleeping_in_a_task_of_a_join_set() {
    one_thread().block_on(async {
        let mut tasks = JoinSet::new();
        tasks.spawn(async {
            thread::sleep(Duration::from_secs(60)); // reported
        });
        tasks.join_all().await;
    });
}

fn sleeping_in_a_task_of_a_local_set() {
    let tasks = LocalSet::new();
    tasks.spawn_local(async {
        thread::sleep(Duration::from_secs(60)); // reported
    });
    one_thread().block_on(tasks);
}

fn sleeping_in_a_branch_of_a_select() {
    one_thread().block_on(async {
        tokio::select! {
            () = std::future::pending() => {}
            () = async { thread::sleep(Duration::from_secs(60)) } => {} // reported
        }
    });
}

fn parking_in_a_poll() {
    one_thread().block_on(async { thread::park() }); // reported
}

fn parking_for_a_time_in_a_poll() {
    one_thread().block_on(async { thread::park_timeout(Duration::from_secs(60)) }); // reported
}

fn receiving_in_a_poll() {
    let (sender, receiver) = channel();
    one_thread().block_on(async move {
        tokio::spawn(async move { sender.send(1) });
        receiver.recv().unwrap() // reported
    });
}

fn receiving_for_a_time_in_a_poll() {
    let (_sender, receiver) = channel::<()>();
    one_thread().block_on(async move {
        let _ = receiver.recv_timeout(Duration::from_millis(1)); // reported
    });
}

fn iterating_over_messages_in_a_poll() {
    let (sender, receiver) = channel();
    sender.send(1).unwrap();
    one_thread().block_on(async move {
        for _ in &receiver {} // reported
    });
    drop(sender);
}

fn sending_into_a_full_channel_in_a_poll() {
    let (sender, _receiver) = sync_channel(1);
    one_thread().block_on(async move {
        sender.send(1).unwrap();
        sender.send(2).unwrap(); // reported
    });
}

fn offering_a_message_in_a_poll() {
    let (sender, _receiver) = sync_channel(0);
    one_thread().block_on(async move {
        sender.send(1).unwrap(); // reported
    });
}

fn waiting_for_a_condition_in_a_poll() {
    let (lock, condvar) = (Mutex::new(0), Condvar::new());
    one_thread().block_on(async {
        let _guard = condvar.wait_while(lock.lock().unwrap(), |count| *count == 0); // reported
    });
}

fn waiting_for_a_condition_for_a_time_in_a_poll() {
    let (lock, condvar) = (Mutex::new(0), Condvar::new());
    one_thread().block_on(async {
        let _guard = condvar.wait_timeout(lock.lock().unwrap(), Duration::from_millis(1)); // reported
    });
}

fn waiting_at_a_barrier_in_a_poll() {
    let barrier = Arc::new(Barrier::new(2));
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let theirs = Arc::clone(&barrier);
    let task = runtime.spawn(async move {
        theirs.wait(); // reported
    });
    runtime.block_on(task).unwrap();
}

fn joining_a_busy_thread_in_a_poll() {
    one_thread().block_on(async {
        let (told, tell) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            // It ends when it is told to, which takes a task's turn.
            let _ = tell.blocking_recv();
            thread::current().unpark();
        });
        tokio::spawn(async move { told.send(()) });
        thread.join().unwrap(); // reported
    });
}

fn joining_a_thread_that_waits_in_a_poll() {
    one_thread().block_on(async {
        let thread = thread::spawn(thread::park);
        thread.join().unwrap(); // reported
    });
}

fn ending_a_scope_in_a_poll() {
    one_thread().block_on(async {
        thread::scope(|scope| {
            // reported
            scope.spawn(thread::park);
        });
    });
}

fn locking_behind_a_holder_that_sleeps() {
    let lock = Arc::new(Mutex::new(()));
    let both = Arc::new(Barrier::new(2));
    let (theirs, there) = (Arc::clone(&lock), Arc::clone(&both));
    thread::spawn(move || {
        let _guard = theirs.lock().unwrap();
        there.wait();
        thread::sleep(Duration::from_secs(60));
    });
    both.wait();
    one_thread().block_on(async {
        drop(lock.lock().unwrap()); // reported
    });
}

fn locking_behind_a_holder_that_goes_to_sleep() {
    let lock = Arc::new(Mutex::new(()));
    let (theirs, both) = (Arc::clone(&lock), Arc::new(Barrier::new(2)));
    let there = Arc::clone(&both);
    thread::spawn(move || {
        let _guard = theirs.lock().unwrap();
        there.wait();
        // Long enough for the other to come, and if it comes later, that is reported, too.
        (0..100).for_each(|_| thread::yield_now());
        thread::park();
    });
    both.wait();
    one_thread().block_on(async {
        drop(lock.lock().unwrap()); // reported
    });
}

fn reading_behind_a_writer_that_waits() {
    let lock = Arc::new(RwLock::new(()));
    let both = Arc::new(Barrier::new(2));
    let (theirs, there) = (Arc::clone(&lock), Arc::clone(&both));
    thread::spawn(move || {
        let _guard = theirs.write().unwrap();
        there.wait();
        thread::park();
    });
    both.wait();
    one_thread().block_on(async {
        drop(lock.read().unwrap()); // reported
    });
}

fn asking_a_task_over_and_over_in_one_poll() {
    one_thread().block_on(async {
        let task = tokio::spawn(async {});
        while !task.is_finished() {} // reported
    });
}

fn asking_a_channel_over_and_over_in_one_poll() {
    let (sender, receiver) = channel();
    one_thread().block_on(async move {
        tokio::spawn(async move { sender.send(1) });
        while receiver.try_recv().is_err() {} // reported
    });
}

fn trying_a_lock_over_and_over_in_one_poll() {
    let lock = Arc::new(Mutex::new(()));
    let both = Arc::new(Barrier::new(2));
    let (theirs, there) = (Arc::clone(&lock), Arc::clone(&both));
    thread::spawn(move || {
        let _guard = theirs.lock().unwrap();
        there.wait();
        thread::park();
    });
    both.wait();
    one_thread().block_on(async {
        while lock.try_lock().is_err() {} // reported
    });
}

fn computing_for_ever_in_one_poll() {
    one_thread().block_on(async {
        let task = tokio::spawn(async {}); // reported
        let done = std::sync::atomic::AtomicBool::new(false);
        while !done.load(std::sync::atomic::Ordering::Relaxed) {
            std::hint::spin_loop();
        }
        task.await.unwrap();
    });
}

fn blocking_in_place_on_a_runtime_of_one_thread() {
    one_thread().block_on(async {
        task::block_in_place(|| {}); // reported
    });
}

fn blocking_on_a_future_in_a_poll() {
    one_thread().block_on(async {
        tokio::runtime::Handle::current().block_on(async {}); // reported
    });
}

fn receiving_blockingly_from_a_channel_of_tokio() {
    let (_sender, receiver) = oneshot::channel::<()>();
    one_thread().block_on(async {
        let _ = receiver.blocking_recv(); // reported
    });
}

fn sleeping_on_the_blocking_pool() {
    one_thread().block_on(async {
        let one = task::spawn_blocking(|| thread::sleep(Duration::from_millis(1)));
        let mut more = JoinSet::new();
        more.spawn_blocking(|| thread::sleep(Duration::from_millis(1)));
        one.await.unwrap();
        more.join_all().await;
    });
}

fn sleeping_in_a_thread_of_ones_own() {
    one_thread().block_on(async {
        let (done, end) = oneshot::channel();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(1));
            done.send(()).unwrap();
        });
        end.await.unwrap();
    });
}

fn sleeping_in_place_on_a_worker() {
    let runtime = Runtime::new().unwrap();
    let task = runtime.spawn(async { task::block_in_place(|| thread::sleep(Duration::from_millis(1))) });
    runtime.block_on(task).unwrap();
}

fn sleeping_for_no_time() {
    one_thread().block_on(async { thread::sleep(Duration::ZERO) });
}

fn locking_what_is_free() {
    let (lock, table) = (Mutex::new(0), RwLock::new(0));
    one_thread().block_on(async {
        *lock.lock().unwrap() += 1;
        tokio::task::yield_now().await;
        *table.write().unwrap() += *lock.lock().unwrap();
        tokio::task::yield_now().await;
        assert_eq!(*table.read().unwrap(), 1);
    });
}

fn locking_for_a_moment_on_many_workers() {
    let count = Arc::new(Mutex::new(0));
    Runtime::new().unwrap().block_on(async {
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let count = Arc::clone(&count);
            tasks.spawn(async move {
                for _ in 0..200 {
                    {
                        let mut count = count.lock().unwrap();
                        thread::yield_now();
                        *count += 1;
                    }
                    task::yield_now().await;
                }
            });
        }
        tasks.join_all().await;
    });
    assert_eq!(*count.lock().unwrap(), 1_600);
}

fn receiving_what_is_there() {
    let (sender, receiver) = channel();
    let (bounded, other) = sync_channel(1);
    one_thread().block_on(async move {
        sender.send(1).unwrap();
        bounded.send(2).unwrap();
        assert_eq!((receiver.recv(), other.recv()), (Ok(1), Ok(2)));
        drop((sender, bounded));
        assert!(receiver.recv().is_err() && other.iter().next().is_none());
    });
}

fn joining_a_thread_that_has_sent_its_result() {
    for _ in 0..50 {
        one_thread().block_on(async {
            let (done, end) = oneshot::channel();
            let thread = thread::spawn(move || done.send(7).unwrap());
            assert_eq!(end.await, Ok(7));
            thread.join().unwrap();
        });
    }
}

fn a_scope_without_threads() {
    one_thread().block_on(async { assert_eq!(thread::scope(|_| 7), 7) });
}

fn notifying_in_a_poll() {
    let state = Arc::new((Mutex::new(false), Condvar::new()));
    let theirs = Arc::clone(&state);
    let waiter = thread::spawn(move || {
        drop(theirs.1.wait_while(theirs.0.lock().unwrap(), |ready| !*ready).unwrap());
    });
    one_thread().block_on(async {
        *state.0.lock().unwrap() = true;
        state.1.notify_all();
    });
    waiter.join().unwrap();
}

fn arriving_last_at_a_barrier() {
    let barrier = Arc::new(Barrier::new(2));
    let theirs = Arc::clone(&barrier);
    let first = thread::spawn(move || theirs.wait().is_leader());
    while gauge::waiting_threads() == 0 {
        thread::yield_now();
    }
    one_thread().block_on(async { assert!(barrier.wait().is_leader()) });
    assert!(!first.join().unwrap());
}

fn looking_a_few_times() {
    let (sender, receiver) = channel::<()>();
    let lock = Mutex::new(());
    one_thread().block_on(async {
        let task = tokio::spawn(std::future::pending::<()>());
        let _guard = lock.lock().unwrap();
        for _ in 0..1_000 {
            assert!(receiver.try_recv().is_err() && !task.is_finished() && lock.try_lock().is_err());
        }
        task.abort();
    });
    drop(sender);
}

fn waiting_outside_of_a_runtime() {
    let runtime = Runtime::new().unwrap();
    let (sender, receiver) = channel();
    runtime.spawn(async move { sender.send(1).unwrap() });
    assert_eq!(receiver.recv(), Ok(1));
    thread::sleep(Duration::from_millis(1));
}
