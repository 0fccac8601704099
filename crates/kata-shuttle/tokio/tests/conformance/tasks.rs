//! Tasks and runtimes.

use kata_shuttle::sync::Arc;
use kata_shuttle::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use kata_shuttle_tokio as tokio;
use kata_trace::{DeadlockKind, Verdict};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, Notify};
use tokio::time::{Duration, sleep, timeout};

use crate::support::*;

fn several() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

fn one() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn a_task_runs_to_its_end_and_hands_over_its_result() {
    assert_holds(|| {
        let sum = several().block_on(async {
            let task = tokio::spawn(async { 1 });
            task.await.unwrap() + 1
        });
        assert_eq!(sum, 2);
    });
    assert_holds(|| {
        let sum = one().block_on(async {
            let task = tokio::spawn(async { 1 });
            task.await.unwrap() + 1
        });
        assert_eq!(sum, 2);
    });
}

fn lost_update(runtime: &Runtime) -> usize {
    runtime.block_on(async {
        let counter = Arc::new(Mutex::new(0));
        let add = |counter: Arc<Mutex<usize>>| async move {
            let found = *counter.lock().await;
            tokio::task::yield_now().await;
            *counter.lock().await = found + 1;
        };
        let tasks = [tokio::spawn(add(counter.clone())), tokio::spawn(add(counter.clone()))];
        for task in tasks {
            task.await.unwrap();
        }
        *counter.lock().await
    })
}

#[test]
fn an_update_over_an_await_is_lost_in_some_interleavings() {
    assert_outcomes(|| seen(lost_update(&several())), [1, 2]);
    assert_outcomes(|| seen(lost_update(&one())), [1]);
    assert_fails(|| assert_eq!(lost_update(&several()), 2), Verdict::Panicked);
}

#[test]
fn a_notification_between_the_check_and_the_wait_is_lost() {
    let finding = assert_deadlocks(
        || {
            several().block_on(async {
                let shared = Arc::new((AtomicUsize::new(0), Notify::new()));
                let other = shared.clone();
                tokio::spawn(async move {
                    other.0.store(1, SeqCst);
                    other.1.notify_waiters();
                });
                if shared.0.load(SeqCst) == 0 {
                    shared.1.notified().await;
                }
            });
        },
        DeadlockKind::NobodyWillWake,
    );
    println!("{}", story(&finding));
}

#[test]
fn a_time_limit_passes_when_nothing_else_can_happen() {
    assert_holds(|| {
        several().block_on(async {
            let never = timeout(Duration::from_millis(10), std::future::pending::<()>());
            assert!(never.await.is_err());
            sleep(Duration::from_secs(3600)).await;
        });
    });
}
