//! Guards that are alive when their task returns to its executor are reported, and no others.

use kata_real_std::sync::{Mutex, RwLock};
use kata_real_std::thread;
use kata_trace::{DeadlockKind, Verdict};
use std::rc::Rc;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{self, LocalSet};

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::GuardAcrossAwait;
        a_mutex_guard_across_an_await
        a_read_guard_across_an_await
        a_write_guard_across_an_await
        a_guard_in_a_local_task
        a_guard_in_one_branch_of_a_join
        a_guard_that_lives_as_long_as_its_if_let
        a_guard_taken_in_place_and_kept
    ],
    cases![Verdict::Deadlock, DeadlockKind::SelfDeadlock; a_lock_held_around_the_runtime],
    cases![Verdict::Passed;
        a_guard_dropped_before_the_await
        a_guard_in_a_block_before_the_await
        a_guard_across_an_await_that_is_ready
        a_guard_of_tokio_across_an_await
        a_guard_outside_of_the_runtime
        a_guard_in_a_call_between_awaits
        a_guard_on_the_blocking_pool
    ],
];

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn a_mutex_guard_across_an_await() {
    let lock = Mutex::new(1);
    one_thread().block_on(async {
        let guard = lock.lock().unwrap(); // reported
        task::yield_now().await;
        drop(guard);
    });
}

fn a_read_guard_across_an_await() {
    let lock = RwLock::new(1);
    one_thread().block_on(async {
        let guard = lock.read().unwrap(); // reported
        task::yield_now().await;
        drop(guard);
    });
}

fn a_write_guard_across_an_await() {
    let lock = RwLock::new(1);
    one_thread().block_on(async {
        let guard = lock.write().unwrap(); // reported
        task::yield_now().await;
        drop(guard);
    });
}

fn a_guard_in_a_local_task() {
    let lock = Rc::new(Mutex::new(1));
    let tasks = LocalSet::new();
    tasks.spawn_local(async move {
        let guard = lock.lock().unwrap(); // reported
        task::yield_now().await;
        drop(guard);
    });
    one_thread().block_on(tasks);
}

fn a_guard_in_one_branch_of_a_join() {
    let lock = Mutex::new(1);
    one_thread().block_on(async {
        tokio::join!(
            async {
                let guard = lock.lock().unwrap(); // reported
                task::yield_now().await;
                drop(guard);
            },
            task::yield_now()
        );
    });
}

fn a_guard_that_lives_as_long_as_its_if_let() {
    let lock = Mutex::new(Some(1));
    one_thread().block_on(async {
        if let Some(turns) = lock.lock().unwrap().take() {
            // reported
            for _ in 0..turns {
                task::yield_now().await;
            }
        }
    });
}

fn a_guard_taken_in_place_and_kept() {
    let lock = Mutex::new(1);
    Runtime::new().unwrap().block_on(async {
        let guard = task::block_in_place(|| lock.lock().unwrap()); // reported
        task::yield_now().await;
        drop(guard);
    });
}

fn a_lock_held_around_the_runtime() {
    let lock = std::sync::Arc::new(Mutex::new(1));
    let _guard = lock.lock().unwrap();
    let theirs = lock.clone();
    one_thread().block_on(async {
        tokio::spawn(async move { *theirs.lock().unwrap() += 1 }).await.unwrap(); // reported
    });
}

fn a_guard_dropped_before_the_await() {
    let lock = Mutex::new(1);
    one_thread().block_on(async {
        let guard = lock.lock().unwrap();
        drop(guard);
        task::yield_now().await;
    });
}

fn a_guard_in_a_block_before_the_await() {
    let lock = RwLock::new(1);
    one_thread().block_on(async {
        let copy = { *lock.read().unwrap() };
        task::yield_now().await;
        *lock.write().unwrap() = copy + 1;
        task::yield_now().await;
    });
}

fn a_guard_across_an_await_that_is_ready() {
    let lock = Mutex::new(1);
    one_thread().block_on(async {
        let guard = lock.lock().unwrap();
        std::future::ready(()).await;
        drop(guard);
    });
}

fn a_guard_of_tokio_across_an_await() {
    let lock = tokio::sync::Mutex::new(1);
    one_thread().block_on(async {
        let guard = lock.lock().await;
        task::yield_now().await;
        drop(guard);
    });
}

fn a_guard_outside_of_the_runtime() {
    let lock = Mutex::new(1);
    let _guard = lock.lock().unwrap();
    one_thread().block_on(task::yield_now());
}

fn a_guard_in_a_call_between_awaits() {
    let lock = Mutex::new(vec![1]);
    let push = |n| lock.lock().unwrap().push(n);
    one_thread().block_on(async {
        push(2);
        task::yield_now().await;
        push(3);
        task::yield_now().await;
    });
    assert_eq!(*lock.lock().unwrap(), [1, 2, 3]);
}

fn a_guard_on_the_blocking_pool() {
    let lock = std::sync::Arc::new(Mutex::new(1));
    one_thread().block_on(async move {
        task::spawn_blocking(move || {
            let _guard = lock.lock().unwrap();
            thread::yield_now();
        })
        .await
        .unwrap();
    });
}
