//! Standstills are found at once where there are only threads, and named for what they are.

use kata::Rendezvous;
use kata_real::Gate;
use kata_real_std::sync::mpsc::{channel, sync_channel};
use kata_real_std::sync::{Barrier, Condvar, Mutex, RwLock};
use kata_real_std::thread;
use kata_trace::{DeadlockKind, Verdict};
use std::panic::Location;

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::Deadlock, DeadlockKind::LockCycle;
        two_locks_in_opposite_orders
        a_reader_that_reads_again_behind_a_writer
    ],
    cases![Verdict::Deadlock, DeadlockKind::SelfDeadlock;
        a_mutex_locked_twice
        a_reader_that_wants_to_write
    ],
    cases![Verdict::Deadlock, DeadlockKind::Channel;
        a_sender_that_lives_for_ever
        a_full_channel_that_nobody_reads
    ],
    cases![Verdict::Deadlock, DeadlockKind::NobodyWillWake;
        a_wait_without_a_notification
        a_park_without_an_unpark
        a_thread_that_joins_what_waits_for_it
        a_barrier_with_a_party_missing
    ],
    cases![Verdict::NotConcurrent;
        work_under_one_lock
        a_party_that_never_comes
        work_of_one_thread_behind_a_runtime
    ],
    cases![Verdict::DataRace; a_gate_that_nobody_opens],
    cases![Verdict::Passed; a_gate_that_is_opened work_that_overlaps],
];

fn two_locks_in_opposite_orders() {
    let (a, b, both) = (Mutex::new(()), Mutex::new(()), Barrier::new(2));
    thread::scope(|scope| {
        scope.spawn(|| {
            let _a = a.lock().unwrap();
            both.wait();
            let _b = b.lock().unwrap(); // reported
        });
        scope.spawn(|| {
            let _b = b.lock().unwrap();
            both.wait();
            let _a = a.lock().unwrap(); // reported
        });
    });
}

fn a_reader_that_reads_again_behind_a_writer() {
    let lock = RwLock::new(());
    thread::scope(|scope| {
        let _first = lock.read().unwrap();
        scope.spawn(|| {
            let _writer = lock.write().unwrap(); // reported
        });
        while lock.try_read().is_ok() {
            thread::yield_now();
        }
        let _second = lock.read().unwrap(); // reported
    });
}

fn a_mutex_locked_twice() {
    let lock = Mutex::new(());
    let _first = lock.lock().unwrap();
    let _second = lock.lock().unwrap(); // reported
}

fn a_reader_that_wants_to_write() {
    let lock = RwLock::new(());
    let _reader = lock.read().unwrap();
    let _writer = lock.write().unwrap(); // reported
}

fn a_sender_that_lives_for_ever() {
    let (sender, receiver) = channel();
    let own = sender.clone();
    thread::spawn(move || sender.send(1).unwrap());
    for _ in receiver.iter() {} // reported
    drop(own);
}

fn a_full_channel_that_nobody_reads() {
    let (sender, _receiver) = sync_channel(1);
    sender.send(1).unwrap();
    sender.send(2).unwrap(); // reported
}

fn a_wait_without_a_notification() {
    let (lock, condvar) = (Mutex::new(()), Condvar::new());
    condvar.notify_all();
    let _guard = condvar.wait(lock.lock().unwrap()).unwrap(); // reported
}

fn a_park_without_an_unpark() {
    thread::park(); // reported
}

fn a_thread_that_joins_what_waits_for_it() {
    let main = thread::current();
    let other = thread::spawn(move || {
        thread::park(); // reported
        main.unpark();
    });
    other.join().unwrap(); // reported
}

fn a_barrier_with_a_party_missing() {
    Barrier::new(2).wait(); // reported
}

fn work_under_one_lock() {
    let lock = Mutex::new(());
    let together = Rendezvous::new(2, "two transfers");
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let _guard = lock.lock().unwrap();
                together.arrive(); // reported
            });
        }
    });
}

fn a_party_that_never_comes() {
    Rendezvous::new(2, "two transfers").arrive(); // reported
}

fn work_of_one_thread_behind_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let together = std::sync::Arc::new(Rendezvous::new(2, "two transfers"));
    let turn = std::sync::Arc::new(tokio::sync::Mutex::new(()));
    let work = || {
        let (together, turn) = (together.clone(), turn.clone());
        runtime.spawn(async move {
            let _turn = turn.lock().await;
            tokio::task::spawn_blocking(move || together.arrive()).await.unwrap(); // reported
        })
    };
    let (one, other) = (work(), work());
    runtime.block_on(async {
        one.await.unwrap();
        other.await.unwrap();
    });
}

fn work_that_overlaps() {
    let together = Rendezvous::new(3, "three transfers");
    for _ in 0..2 {
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| together.arrive());
            }
        });
    }
}

fn a_gate_that_nobody_opens() {
    let gate = Gate::new("the gate", Verdict::DataRace, "a verdict of the test's own");
    gate.pass("Gate::pass", Location::caller()); // reported
}

fn a_gate_that_is_opened() {
    let gate = Gate::new("the gate", Verdict::DataRace, "it stays closed");
    thread::scope(|scope| {
        scope.spawn(|| gate.pass("Gate::pass", Location::caller()));
        while gate.waiting() == 0 {
            thread::yield_now();
        }
        assert!(!gate.is_open());
        gate.open();
    });
    assert!(gate.is_open());
}
