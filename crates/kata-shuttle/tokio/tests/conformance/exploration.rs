//! What takes several interleavings to see.

use std::time::Duration;

use kata_shuttle::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use kata_shuttle::sync::{self as std_sync, Arc};
use kata_shuttle::thread;
use kata_shuttle_tokio as tokio;
use kata_trace::{DeadlockKind, Op, Verdict};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Mutex, Notify, RwLock, Semaphore, SetOnce, broadcast, mpsc, oneshot, watch};
use tokio::task::{self, JoinSet, LocalSet, yield_now};
use tokio::time::{self, sleep, timeout};

use crate::support::*;

const MS: Duration = Duration::from_millis(1);

/// What is told of a failure.
fn told(finding: &kata::harness::Finding) -> String {
    let diagnosis = kata_trace::diagnosis::diagnose(finding.trace.as_ref().unwrap(), finding.verdict, finding.kind);
    format!("{:?}", diagnosis.unwrap())
}

fn several() -> Runtime {
    Builder::new_multi_thread().enable_all().build().unwrap()
}

fn one() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

fn add_over_an_await(runtime: &Runtime) -> usize {
    runtime.block_on(async {
        let counter = Arc::new(Mutex::new(0));
        let add = |counter: Arc<Mutex<usize>>| async move {
            let found = *counter.lock().await;
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
fn an_update_over_an_await_is_lost_where_tasks_run_in_parallel() {
    assert_outcomes(|| seen(add_over_an_await(&several())), [1, 2]);
    let one_worker = || seen(add_over_an_await(&Builder::new_multi_thread().worker_threads(1).build().unwrap()));
    assert_outcomes(one_worker, [2]);
    assert_outcomes(|| seen(add_over_an_await(&one())), [2]);
    assert_fails(|| assert_eq!(add_over_an_await(&several()), 2), Verdict::Panicked);
}

#[test]
fn tasks_of_one_thread_interleave_at_awaits_only() {
    assert_outcomes(
        || {
            let counter = Arc::new(AtomicUsize::new(0));
            one().block_on(async {
                let add = |counter: Arc<AtomicUsize>| async move {
                    counter.store(counter.load(SeqCst) + 1, SeqCst);
                };
                let tasks = [tokio::spawn(add(counter.clone())), tokio::spawn(add(counter.clone()))];
                for task in tasks {
                    task.await.unwrap();
                }
            });
            seen(counter.load(SeqCst));
        },
        [2],
    );
}

fn wait_until_ready(ready: impl AsyncFn(&AtomicBool, &Notify) + Send + Sync + Copy + 'static) {
    several().block_on(async {
        let shared = Arc::new((AtomicBool::new(false), Notify::new()));
        let other = shared.clone();
        tokio::spawn(async move {
            other.0.store(true, SeqCst);
            other.1.notify_waiters();
        });
        ready(&shared.0, &shared.1).await;
    });
}

#[test]
fn a_notification_between_the_check_and_the_wait_is_lost() {
    let finding = assert_deadlocks(
        || {
            wait_until_ready(async |ready, notify| {
                if !ready.load(SeqCst) {
                    notify.notified().await;
                }
            });
        },
        DeadlockKind::NobodyWillWake,
    );
    let text = told(&finding);
    assert!(text.contains("`notify_waiters` stores no permit") && text.contains("LostWakeup"), "{text}");
}

#[test]
fn a_waiter_that_is_enabled_before_the_check_misses_nothing() {
    assert_holds(|| {
        wait_until_ready(async |ready, notify| {
            let mut notified = std::pin::pin!(notify.notified());
            notified.as_mut().enable();
            if !ready.load(SeqCst) {
                notified.await;
            }
        });
    });
}

#[test]
fn two_mutexes_in_opposite_orders_are_a_lock_cycle_that_names_each_await() {
    let finding = assert_deadlocks(
        || {
            several().block_on(async {
                let locks = Arc::new((Mutex::new(1), Mutex::new(2)));
                let other = locks.clone();
                let task = tokio::spawn(async move {
                    let _two = other.1.lock().await;
                    let _one = other.0.lock().await;
                });
                {
                    let _one = locks.0.lock().await;
                    let _two = locks.1.lock().await;
                }
                task.await.unwrap();
            });
        },
        DeadlockKind::LockCycle,
    );
    let trace = finding.trace.unwrap();
    let stuck = trace.events.iter().filter(|event| event.blocked && event.op == Op::Lock);
    let lines: Vec<_> = stuck.map(|event| event.at.as_ref().unwrap().line).collect();
    assert_eq!(lines.len(), 2);
    assert_ne!(lines[0], lines[1]);
}

#[test]
fn a_task_that_locks_a_mutex_twice_waits_for_itself() {
    let twice = || {
        one().block_on(async {
            let mutex = Mutex::new(());
            let _first = mutex.lock().await;
            let _second = mutex.lock().await;
        });
    };
    assert_deadlocks(twice, DeadlockKind::SelfDeadlock);
}

#[test]
fn a_guard_of_std_over_an_await_would_block_the_one_thread_of_a_runtime() {
    let held = || {
        one().block_on(async {
            let mutex = Arc::new(std_sync::Mutex::new(0));
            let other = mutex.clone();
            let set = LocalSet::new();
            set.run_until(async move {
                let task = task::spawn_local(async move {
                    let mut guard = other.lock().unwrap();
                    yield_now().await;
                    *guard += 1;
                });
                yield_now().await;
                *mutex.lock().unwrap() += 1;
                task.await.unwrap();
            })
            .await;
        });
    };
    let finding = assert_fails(held, Verdict::GuardAcrossAwait);
    assert_eq!(finding.trace.as_ref().unwrap().events.last().unwrap().op, Op::Suspend);
    let text = told(&finding);
    assert!(text.contains("GuardAcrossAwait") && text.contains("still held it when it came to an `.await`"), "{text}");
}

/// Suspends once with whatever guard it is given.
async fn keeps<T>(guard: T) {
    yield_now().await;
    drop(guard);
}

#[test]
fn every_guard_of_a_lock_that_blocks_is_found_wherever_its_future_is_polled() {
    let in_the_root = || {
        let lock = std_sync::Mutex::new(0);
        one().block_on(async { keeps(lock.lock().unwrap()).await });
    };
    let in_the_root_of_several = || {
        let lock = std_sync::RwLock::new(0);
        several().block_on(async { keeps(lock.read().unwrap()).await });
    };
    let in_a_local_task = || {
        let lock = std_sync::Arc::new(std_sync::RwLock::new(0));
        let set = LocalSet::new();
        set.spawn_local(async move { keeps(lock.write().unwrap()).await });
        one().block_on(set);
    };
    let in_the_future_of_a_set = || {
        let lock = std_sync::Mutex::new(0);
        LocalSet::new().block_on(&one(), async { keeps(lock.try_lock().unwrap()).await });
    };
    let in_a_branch_of_a_join = || {
        let lock = std_sync::Mutex::new(0);
        one().block_on(async {
            tokio::join!(async { keeps(lock.lock().unwrap()).await }, async { *lock.lock().unwrap() += 1 });
        });
    };
    let of_a_watch = || {
        let (_tx, rx) = watch::channel(0);
        one().block_on(async { keeps(rx.borrow()).await });
    };
    let behind_a_lock_of_tokio = || {
        let (outer, inner) = (Mutex::new(()), std_sync::Mutex::new(()));
        one().block_on(async {
            let inner = inner.lock().unwrap();
            let outer = outer.lock().await;
            keeps((inner, outer)).await;
        });
    };
    let in_the_scrutinee = || {
        let lock = std_sync::Mutex::new(Some(1));
        one().block_on(async {
            if let Some(turns) = lock.lock().unwrap().take() {
                for _ in 0..turns {
                    yield_now().await;
                }
            }
        });
    };
    let scenarios = [
        in_the_root as fn(),
        in_the_root_of_several,
        in_a_local_task,
        in_the_future_of_a_set,
        in_a_branch_of_a_join,
        of_a_watch,
        behind_a_lock_of_tokio,
        in_the_scrutinee,
    ];
    for (number, scenario) in scenarios.into_iter().enumerate() {
        let finding = assert_fails(scenario, Verdict::GuardAcrossAwait);
        assert!(told(&finding).contains("GuardAcrossAwait"), "{number}: {finding:?}");
    }
}

#[test]
fn a_guard_that_is_gone_by_the_await_and_one_of_tokio_are_nothing_to_report() {
    let dropped = || {
        let lock = std_sync::Mutex::new(0);
        one().block_on(async {
            let guard = lock.lock().unwrap();
            drop(guard);
            yield_now().await;
        });
    };
    let in_a_block = || {
        let lock = std_sync::RwLock::new(1);
        let (tx, rx) = watch::channel(0);
        one().block_on(async {
            let copy = { *lock.read().unwrap() + *rx.borrow() };
            yield_now().await;
            *lock.write().unwrap() += copy;
            tx.send_modify(|value| *value += 1);
            yield_now().await;
        });
    };
    let ready_at_once = || {
        let lock = std_sync::Mutex::new(0);
        one().block_on(async {
            let guard = lock.lock().unwrap();
            std::future::ready(()).await;
            drop(guard);
        });
    };
    let of_tokio = || {
        let (lock, shared) = (Mutex::new(0), RwLock::new(0));
        one().block_on(async {
            let guards = (lock.lock().await, shared.read().await);
            yield_now().await;
            drop(guards);
        });
    };
    let around_the_runtime = || {
        let lock = std_sync::Mutex::new(0);
        let _guard = lock.lock().unwrap();
        one().block_on(yield_now());
    };
    let on_the_blocking_pool = || {
        let lock = Arc::new(std_sync::Mutex::new(0));
        one().block_on(async move {
            let job = move || {
                let _guard = lock.lock().unwrap();
                thread::yield_now();
            };
            task::spawn_blocking(job).await.unwrap();
        });
    };
    let dropped_with_its_future = || {
        let lock = std_sync::Mutex::new(0);
        one().block_on(async {
            tokio::select! { biased; () = keeps(lock.lock().unwrap()) => {}, () = std::future::ready(()) => {} }
            yield_now().await;
        });
    };
    let waits_on_a_condition = || {
        let shared = Arc::new((std_sync::Mutex::new(false), std_sync::Condvar::new()));
        let theirs = shared.clone();
        let other = thread::spawn(move || {
            *theirs.0.lock().unwrap() = true;
            theirs.1.notify_one();
        });
        one().block_on(async {
            let done = shared.1.wait_while(shared.0.lock().unwrap(), |done| !*done).unwrap();
            drop(done);
            yield_now().await;
        });
        other.join().unwrap();
    };
    for scenario in [
        dropped as fn(),
        in_a_block,
        ready_at_once,
        of_tokio,
        around_the_runtime,
        on_the_blocking_pool,
        dropped_with_its_future,
        waits_on_a_condition,
    ] {
        assert_holds(scenario);
    }
}

#[test]
fn a_select_loses_the_message_of_a_send_that_it_drops() {
    fn ship(lines: &'static [usize]) -> Vec<usize> {
        several().block_on(async {
            let (tx, mut rx) = mpsc::channel(1);
            let (stop, mut stopped) = mpsc::channel::<()>(1);
            tokio::spawn(async move {
                for line in lines {
                    tokio::select! {
                        _ = tx.send(*line) => {}
                        _ = stopped.recv() => {}
                    }
                }
            });
            tokio::spawn(async move { stop.send(()).await });
            let mut got = Vec::new();
            while let Some(line) = rx.recv().await {
                got.push(line);
            }
            got
        })
    }
    let finding = assert_fails(|| assert_eq!(ship(&[1, 2]), [1, 2]), Verdict::Panicked);
    assert!(finding.message.contains("left"), "{}", finding.message);
    let events = finding.trace.unwrap().events;
    let cancelled: Vec<_> = events.iter().filter(|event| event.op == Op::CancelSend).collect();
    assert_eq!(cancelled.len(), 1, "{events:?}");
    assert!(cancelled[0].after.is_some() && cancelled[0].at.is_some());
}

#[test]
fn a_send_that_is_done_or_fails_is_not_cancelled_and_room_that_is_not_used_loses_nothing() {
    let finding = assert_fails(
        || {
            paused().block_on(async {
                let (tx, mut rx) = mpsc::channel(1);
                tx.send(1).await.unwrap();
                assert!(timeout(MS, tx.reserve()).await.is_err());
                assert!(tx.send_timeout(2, MS).await.is_err());
                assert!(timeout(MS, tx.send_timeout(3, 2 * MS)).await.is_err());
                assert_eq!(rx.recv().await, Some(1));
                drop(rx);
                assert!(tx.send(4).await.is_err());
                panic!("it is over");
            });
        },
        Verdict::Panicked,
    );
    let events = finding.trace.unwrap().events;
    let cancelled: Vec<_> = events.iter().filter(|event| event.op == Op::CancelSend).collect();
    assert!(matches!(cancelled[..], [only] if only.after == Some(kata_trace::Value::Int(3))), "{cancelled:?}");
}

#[test]
fn a_wait_for_a_lock_or_a_permit_that_is_given_up_is_recorded_and_one_that_ends_is_not() {
    let finding = assert_fails(
        || {
            paused().block_on(async {
                let (mutex, semaphore) = (Mutex::new(1), Semaphore::new(0));
                let mut held = mutex.lock().await;
                assert!(timeout(MS, mutex.lock()).await.is_err());
                assert!(
                    timeout(MS, async {
                        *held = 2;
                        let _permit = semaphore.acquire().await;
                        drop(held);
                    })
                    .await
                    .is_err()
                );
                semaphore.add_permits(1);
                drop((mutex.lock().await, semaphore.acquire().await));
                panic!("it is over");
            });
        },
        Verdict::Panicked,
    );
    let events = finding.trace.unwrap().events;
    let given_up: Vec<_> = events.iter().filter(|event| event.op == Op::CancelWait).map(|event| event.object).collect();
    assert_eq!(given_up, [Some(0), Some(1)]);
}

#[test]
fn a_thread_that_hands_over_to_a_task_is_shown_to_wait_only_where_the_execution_ends() {
    let waits = |scenario: fn()| {
        let events = assert_deadlocks(scenario, DeadlockKind::NobodyWillWake).trace.unwrap().events;
        events.iter().filter(|event| event.op == Op::Join && event.blocked && event.thread == 0).count()
    };
    let ends_in_a_task = || {
        one().block_on(async {
            let lock = Arc::new(std_sync::Mutex::new(()));
            let ready = Arc::new(std_sync::Condvar::new());
            tokio::spawn(async { yield_now().await }).await.unwrap();
            tokio::spawn(async move { drop(ready.wait(lock.lock().unwrap())) }).await.unwrap();
        });
    };
    assert_eq!(waits(ends_in_a_task), 1);
}

#[test]
fn a_select_takes_any_branch_that_is_ready_and_the_first_one_if_biased() {
    assert_outcomes(
        || {
            let taken = one().block_on(async {
                tokio::select! { _ = async {} => 1, _ = async {} => 2, _ = std::future::pending() => 3, _ = async {} => 4 }
            });
            seen(taken);
        },
        [1, 2, 4],
    );
    assert_outcomes(
        || {
            seen(one().block_on(async {
                tokio::select! { biased; _ = async {} => 1, _ = async {} => 2 }
            }))
        },
        [1],
    );
}

#[test]
fn a_choice_of_select_can_be_replayed() {
    let finding = assert_fails(
        || {
            let taken = one().block_on(async {
                tokio::select! { _ = async {} => 1, _ = async {} => 2 }
            });
            assert_eq!(taken, 1);
        },
        Verdict::Panicked,
    );
    assert!(finding.schedule.unwrap().contains("*1"));
}

#[test]
fn a_search_at_random_takes_any_branch_and_its_schedule_can_be_replayed() {
    let scenario = || {
        let taken = several().block_on(async {
            let (tx, mut rx) = mpsc::channel::<i32>(1);
            let taken = tokio::select! { _ = async {} => 1, _ = rx.recv() => 2, _ = async {} => 3 };
            drop(tx);
            taken
        });
        // It begins at the second branch, which is not ready, or at the third.
        assert_ne!(taken, 3);
    };
    let budget = kata_trace::Budget { executions: 1, random_executions: 200, ..kata_trace::Budget::default() };
    let finding = kata_shuttle::run(scenario, &budget, kata_shuttle::Settings::default());
    assert_eq!(finding.verdict, Verdict::Panicked);
    assert!(finding.evidence.seed.is_some(), "the systematic search has had one execution");
    let again = replay(scenario, finding.schedule.as_deref().unwrap());
    assert_eq!((again.verdict, again.trace), (finding.verdict, finding.trace));
    let second = replay(scenario, &finding.schedule.unwrap().replace("*2", "*1"));
    assert_eq!(second.verdict, Verdict::Panicked, "beginning at a branch that is not ready leads to the next one");
}

#[test]
fn a_time_limit_may_pass_before_the_work_is_done() {
    assert_outcomes(
        || {
            let in_time = several().block_on(async {
                let (tx, rx) = oneshot::channel();
                tokio::spawn(async move { tx.send(1) });
                timeout(MS * 10, rx).await.is_ok()
            });
            seen(in_time);
        },
        [false, true],
    );
    assert_outcomes(
        || {
            let in_time = paused().block_on(async {
                let (tx, rx) = oneshot::channel();
                tokio::spawn(async move { tx.send(1) });
                timeout(MS * 10, rx).await.is_ok()
            });
            seen(in_time);
        },
        [true],
    );
}

#[test]
fn a_clock_that_stands_still_waits_for_the_blocking_pool() {
    assert_outcomes(
        || {
            let in_time = paused().block_on(async {
                let work = task::spawn_blocking(|| thread::yield_now());
                timeout(MS, work).await.is_ok()
            });
            seen(in_time);
        },
        [true],
    );
}

#[test]
fn a_panic_of_a_task_is_an_error_to_who_joins_it_and_a_failure_if_nobody_does() {
    assert_holds(|| {
        several().block_on(async {
            let task = tokio::spawn(async { panic!("oh no") });
            assert!(task.await.unwrap_err().is_panic());
        });
    });
    let finding = assert_fails(
        || {
            several().block_on(async {
                let (tx, rx) = oneshot::channel::<()>();
                drop(tokio::spawn(async move {
                    let _tx = tx;
                    panic!("oh no")
                }));
                let _ = rx.await;
            });
        },
        Verdict::Panicked,
    );
    assert_eq!(finding.message, "oh no");
    let finding = assert_fails(
        || several().block_on(async { tokio::spawn(async { panic!("oh no") }).await.unwrap() }),
        Verdict::Panicked,
    );
    assert_eq!(finding.message, "oh no", "the panic that is passed on is the news");
}

#[test]
fn an_abort_comes_before_or_after_the_end_of_the_task() {
    assert_outcomes(
        || {
            several().block_on(async {
                let task = tokio::spawn(async { 1 });
                task.abort();
                seen(task.await.is_ok());
            });
        },
        [false, true],
    );
    assert_outcomes(
        || {
            one().block_on(async {
                let task = tokio::spawn(async { 1 });
                task.abort();
                seen(task.await.is_ok());
            });
        },
        [false],
    );
}

#[test]
fn what_an_aborted_task_owns_is_dropped_before_its_handle_tells() {
    assert_holds(|| {
        several().block_on(async {
            let held = Arc::new(());
            let theirs = held.clone();
            let task = tokio::spawn(async move {
                std::future::pending::<()>().await;
                drop(theirs);
            });
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
            assert_eq!(Arc::strong_count(&held), 1);
        });
    });
}

#[test]
fn the_end_of_a_runtime_waits_for_tasks_that_are_polled_and_for_closures_that_run() {
    assert_holds(|| {
        let done = Arc::new(AtomicUsize::new(0));
        let (started, theirs) = (Arc::new(std_sync::Barrier::new(2)), done.clone());
        let runtime = several();
        let barrier = started.clone();
        runtime.spawn_blocking(move || {
            barrier.wait();
            theirs.fetch_add(1, SeqCst);
        });
        started.wait();
        drop(runtime);
        assert_eq!(done.load(SeqCst), 1);
    });
}

#[test]
fn a_pool_of_one_thread_runs_one_closure_at_a_time() {
    let nested = || {
        let runtime = Builder::new_multi_thread().max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let handle = tokio::runtime::Handle::current();
            let outer =
                task::spawn_blocking(move || handle.block_on(async { task::spawn_blocking(|| 1).await.unwrap() }));
            assert_eq!(outer.await.unwrap(), 1);
        });
    };
    assert_fails(nested, Verdict::Deadlock);
}

#[test]
fn one_worker_polls_one_task_at_a_time() {
    let meet = || {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let barrier = Arc::new(std_sync::Barrier::new(2));
            let other = barrier.clone();
            let tasks = [
                tokio::spawn(async move {
                    barrier.wait();
                }),
                tokio::spawn(async move {
                    other.wait();
                }),
            ];
            for task in tasks {
                task.await.unwrap();
            }
        });
    };
    assert_fails(meet, Verdict::Deadlock);
}

#[test]
fn a_worker_that_blocks_in_place_is_replaced_while_it_does() {
    assert_holds(|| {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let (tx, rx) = std_sync::mpsc::channel();
            let blocks = tokio::spawn(async move { task::block_in_place(|| rx.recv().unwrap()) });
            let other = tokio::spawn(async move { tx.send(1).unwrap() });
            assert_eq!(blocks.await.unwrap(), 1);
            other.await.unwrap();
        });
    });
    let without = || {
        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        runtime.block_on(async {
            let (tx, rx) = std_sync::mpsc::channel();
            let blocks = tokio::spawn(async move { rx.recv().unwrap() });
            tokio::spawn(async move { tx.send(1).unwrap() });
            assert_eq!(blocks.await.unwrap(), 1);
        });
    };
    assert_fails(without, Verdict::Deadlock);
}

#[test]
fn timers_pass_in_order_and_who_runs_first_is_open() {
    assert_outcomes(
        || {
            several().block_on(async {
                let order = Arc::new(std_sync::Mutex::new(Vec::new()));
                let mut set = JoinSet::new();
                for delay in [20, 10] {
                    let order = order.clone();
                    set.spawn(async move {
                        sleep(MS * delay).await;
                        order.lock().unwrap().push(delay);
                    });
                }
                while set.join_next().await.is_some() {}
                seen(std::mem::take(&mut *order.lock().unwrap()));
            });
        },
        [[10, 20], [20, 10]],
    );
    assert_outcomes(
        || {
            several().block_on(async {
                let first = tokio::select! { _ = sleep(MS * 20) => 20, _ = sleep(MS * 10) => 10 };
                seen(first);
            });
        },
        [10],
    );
}

#[test]
fn a_semaphore_bounds_how_many_are_inside() {
    assert_holds(|| {
        several().block_on(async {
            let (semaphore, inside) = (Arc::new(Semaphore::new(1)), Arc::new(AtomicUsize::new(0)));
            let mut set = JoinSet::new();
            for _ in 0..2 {
                let (semaphore, inside) = (semaphore.clone(), inside.clone());
                set.spawn(async move {
                    let _permit = semaphore.acquire().await.unwrap();
                    assert_eq!(inside.fetch_add(1, SeqCst), 0);
                    inside.fetch_sub(1, SeqCst);
                });
            }
            while let Some(result) = set.join_next().await {
                result.unwrap();
            }
        });
    });
}

#[test]
fn permits_that_tasks_hold_while_they_wait_for_more_are_a_deadlock() {
    let greedy = || {
        several().block_on(async {
            let semaphore = Arc::new(Semaphore::new(2));
            let take_two = |semaphore: Arc<Semaphore>| async move {
                let _one = semaphore.acquire().await.unwrap();
                let _two = semaphore.acquire().await.unwrap();
            };
            let other = tokio::spawn(take_two(semaphore.clone()));
            take_two(semaphore).await;
            other.await.unwrap();
        });
    };
    let text = told(&assert_fails(greedy, Verdict::Deadlock));
    assert!(text.contains("while it keeps others"), "{text}");
}

#[test]
fn a_receiver_ends_when_the_last_sender_is_dropped_and_waits_for_ever_for_one_that_is_kept() {
    assert_holds(|| {
        several().block_on(async {
            let (tx, mut rx) = mpsc::unbounded_channel();
            let other = tx.clone();
            tokio::spawn(async move { other.send(1) });
            tokio::spawn(async move { tx.send(2) });
            let mut sum = 0;
            while let Some(number) = rx.recv().await {
                sum += number;
            }
            assert_eq!(sum, 3);
        });
    });
    assert_deadlocks(
        || {
            several().block_on(async {
                let (tx, mut rx) = mpsc::channel(1);
                let other = tx.clone();
                tokio::spawn(async move { other.send(1).await });
                while rx.recv().await.is_some() {}
                drop(tx);
            });
        },
        DeadlockKind::Channel,
    );
}

#[test]
fn channels_that_feed_each_other_without_room_are_a_deadlock() {
    let cycle = || {
        several().block_on(async {
            let (to, mut from) = (mpsc::channel(1), mpsc::channel(1));
            let (tx, mut inbox) = to;
            let back = from.0.clone();
            tokio::spawn(async move {
                while let Some(number) = inbox.recv().await {
                    back.send(number).await.unwrap();
                }
            });
            for number in 0..4 {
                tx.send(number).await.unwrap();
            }
            from.1.recv().await.unwrap();
        });
    };
    assert_deadlocks(cycle, DeadlockKind::Channel);
}

#[test]
fn a_watch_skips_values_and_shows_the_last_one() {
    assert_outcomes(
        || {
            several().block_on(async {
                let (tx, mut rx) = watch::channel(0);
                tokio::spawn(async move {
                    tx.send(1).unwrap();
                    tx.send(2).unwrap();
                });
                let mut values = Vec::new();
                while rx.changed().await.is_ok() {
                    values.push(*rx.borrow_and_update());
                }
                seen(values);
            });
        },
        [vec![1, 2], vec![2]],
    );
}

#[test]
fn a_borrow_of_a_watch_over_an_await_would_block_its_sender() {
    let borrow = || {
        one().block_on(async {
            let (tx, rx) = watch::channel(0);
            let set = LocalSet::new();
            set.spawn_local(async move {
                let value = rx.borrow();
                yield_now().await;
                drop(value);
            });
            set.run_until(async {
                yield_now().await;
                tx.send_replace(1);
            })
            .await;
        });
    };
    assert_fails(borrow, Verdict::GuardAcrossAwait);
}

#[test]
fn who_subscribes_to_a_watch_after_the_last_value_waits_for_another() {
    let look_then_subscribe = || {
        several().block_on(async {
            let tx = Arc::new(watch::Sender::new(false));
            let told = Arc::clone(&tx);
            let task = tokio::spawn(async move { told.send_replace(true) });
            let is_told = *tx.borrow();
            if !is_told {
                let _ = tx.subscribe().changed().await;
            }
            task.await.unwrap();
        });
    };
    assert_fails(look_then_subscribe, Verdict::Deadlock);
}

#[test]
fn a_broadcast_reaches_who_subscribed_before() {
    assert_outcomes(
        || {
            several().block_on(async {
                let (tx, rx) = broadcast::channel(4);
                drop(rx);
                let sender = tx.clone();
                let task = tokio::spawn(async move { sender.send(1).is_ok() });
                let mut late = tx.subscribe();
                let reached = task.await.unwrap();
                drop(tx);
                seen((reached, late.recv().await.ok()));
            });
        },
        [(false, None), (true, Some(1))],
    );
}

#[test]
fn readers_share_a_rwlock_and_a_writer_is_alone() {
    assert_holds(|| {
        several().block_on(async {
            let lock = Arc::new(RwLock::new((0, 0)));
            let other = lock.clone();
            let writer = tokio::spawn(async move {
                let mut pair = other.write().await;
                pair.0 += 1;
                pair.1 += 1;
            });
            let pair = *lock.read().await;
            assert_eq!(pair.0, pair.1);
            writer.await.unwrap();
        });
    });
}

#[test]
fn threads_and_tasks_meet_in_the_same_primitives() {
    assert_outcomes(
        || {
            let (tx, mut rx) = mpsc::channel(1);
            let producer = thread::spawn(move || {
                for number in 1..=2 {
                    tx.blocking_send(number).unwrap();
                }
            });
            let mut got = Vec::new();
            one().block_on(async {
                while let Some(number) = rx.recv().await {
                    got.push(number);
                }
            });
            producer.join().unwrap();
            seen(got);
        },
        [[1, 2]],
    );
}

#[test]
fn tasks_that_look_for_each_other_without_end_are_a_livelock() {
    assert_fails(|| look_for_each_other(&one()), Verdict::Livelock);
}

/// Two tasks of which each waits for what the other never does.
fn look_for_each_other(runtime: &Runtime) {
    runtime.block_on(async {
        let flag = Arc::new(AtomicBool::new(false));
        let other = flag.clone();
        let task = tokio::spawn(async move {
            while !other.load(SeqCst) {
                yield_now().await;
            }
        });
        while !flag.load(SeqCst) {
            yield_now().await;
        }
        task.await.unwrap();
    });
}

#[test]
fn a_task_that_yields_until_another_is_done_ends() {
    for runtime in [one as fn() -> Runtime, several] {
        std::thread_local! {
            static RUNTIME: std::cell::Cell<Option<fn() -> Runtime>> = const { std::cell::Cell::new(None) };
        }
        RUNTIME.set(Some(runtime));
        assert_holds(|| {
            RUNTIME.get().unwrap()().block_on(async {
                let flag = Arc::new(AtomicBool::new(false));
                let other = flag.clone();
                tokio::spawn(async move {
                    sleep(MS).await;
                    other.store(true, SeqCst);
                });
                while !flag.load(SeqCst) {
                    yield_now().await;
                }
            });
        });
    }
}

#[test]
fn a_task_that_sleeps_until_a_thread_is_done_ends() {
    assert_holds(|| {
        let done = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let done = done.clone();
            move || done.store(true, SeqCst)
        });
        one().block_on(async {
            while !done.load(SeqCst) {
                sleep(MS).await;
            }
        });
        thread.join().unwrap();
    });
}

#[test]
fn what_blocks_where_it_must_not_panics_as_in_tokio() {
    let nested = assert_fails(|| one().block_on(async { one().block_on(async {}) }), Verdict::Panicked);
    assert!(nested.message.contains("Cannot start a runtime from within a runtime"), "{}", nested.message);
    let blocking = || one().block_on(async { drop(Mutex::new(0).blocking_lock()) });
    assert!(assert_fails(blocking, Verdict::Panicked).message.contains("Cannot block the current thread"));
    let in_place = || one().block_on(async { task::block_in_place(|| ()) });
    assert!(assert_fails(in_place, Verdict::Panicked).message.contains("multi-threaded"));
    let outside = assert_fails(|| drop(tokio::spawn(async {})), Verdict::Panicked);
    assert!(outside.message.contains("there is no reactor running"), "{}", outside.message);
    let no_time = || Builder::new_current_thread().build().unwrap().block_on(async { sleep(MS).await });
    assert!(assert_fails(no_time, Verdict::Panicked).message.contains("timers are disabled"));
    let several_paused = || several().block_on(async { time::pause() });
    assert!(assert_fails(several_paused, Verdict::Panicked).message.contains("current_thread"));
}

#[test]
fn who_waits_for_a_value_that_is_set_once_misses_nothing_and_waits_for_ever_if_nobody_sets_it() {
    fn wait(sets: bool) {
        static READY: SetOnce<usize> = SetOnce::const_new();
        several().block_on(async {
            let setter = tokio::spawn(async move { sets && READY.set(1).is_ok() });
            let looked = READY.initialized();
            let waiter = tokio::spawn(async { *READY.wait().await });
            seen((looked, waiter.await.unwrap()));
            assert!(setter.await.unwrap());
        });
    }
    assert_outcomes(|| wait(true), [(false, 1), (true, 1)]);
    let finding = assert_fails(|| wait(false), Verdict::Deadlock);
    assert!(told(&finding).contains("for the initialiser of"), "{}", told(&finding));
}

#[test]
fn statics_start_each_execution_as_they_were() {
    static COUNTER: Mutex<usize> = Mutex::const_new(0);
    static NOTIFY: Notify = Notify::const_new();
    static CELL: tokio::sync::OnceCell<usize> = tokio::sync::OnceCell::const_new();
    static PERMITS: Semaphore = Semaphore::const_new(2);
    assert_outcomes(
        || {
            several().block_on(async {
                let task = tokio::spawn(async { *COUNTER.lock().await += 1 });
                *COUNTER.lock().await += 1;
                task.await.unwrap();
                NOTIFY.notify_one();
                PERMITS.acquire().await.unwrap().forget();
                let first = !CELL.initialized();
                CELL.get_or_init(|| async { 1 }).await;
                seen((*COUNTER.lock().await, first, PERMITS.available_permits()));
            });
        },
        [(2, true, 1)],
    );
}

#[test]
fn tasks_of_one_thread_share_its_thread_locals() {
    static NAME: thread::LocalKey<std::cell::Cell<usize>> = thread::LocalKey::new(|| std::cell::Cell::new(0));
    assert_outcomes(
        || {
            NAME.set(1);
            let id = thread::current().id();
            let found = one().block_on(async move {
                let task = tokio::spawn(async move { (NAME.replace(2), thread::current().id() == id) });
                task.await.unwrap()
            });
            seen((found, NAME.get()));
        },
        [((1, true), 2)],
    );
}

#[test]
fn each_operation_is_recorded_with_its_place() {
    let finding = assert_fails(
        || {
            several().block_on(async {
                let (tx, mut rx) = mpsc::channel(1);
                tx.send(7).await.unwrap();
                assert_eq!(rx.recv().await, Some(8));
            });
        },
        Verdict::Panicked,
    );
    let events = finding.trace.unwrap().events;
    for op in [Op::Send, Op::Recv] {
        let event = events.iter().find(|event| event.op == op && !event.blocked).unwrap();
        assert_eq!(event.after, Some(kata_trace::Value::Int(7)));
        assert!(event.at.as_ref().unwrap().file.ends_with("exploration.rs"));
    }
}

/// With other addresses in each execution, replaying one that orders things by address would not repeat it.
#[test]
fn every_execution_finds_its_memory_as_the_first_one_did() {
    static NAME: thread::LocalKey<std::cell::RefCell<String>> = thread::LocalKey::new(|| String::new().into());
    let scenario = || {
        let first = Box::new(0_u64);
        seen(std::ptr::from_ref(&*first));
        several().block_on(async {
            let (tx, mut rx) = mpsc::channel(1);
            let mut set = JoinSet::new();
            set.spawn(async move {
                NAME.with_borrow_mut(|name| name.push('x'));
                let _ = timeout(MS, tx.send(1)).await;
            });
            set.spawn(std::future::pending());
            tokio::select! { biased; _ = rx.recv() => {}, _ = sleep(MS) => {} }
        });
    };
    let addresses = outcomes_up_to(1, scenario);
    assert_eq!(addresses.len(), 1, "{addresses:?}");
}

fn permutations() -> Vec<Vec<usize>> {
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]].map(Vec::from).into()
}

#[test]
fn tasks_of_several_workers_go_first_in_every_order() {
    assert_outcomes(
        || {
            let order = Arc::new(std_sync::Mutex::new(Vec::new()));
            several().block_on(async {
                let tasks = [0, 1, 2].map(|name| {
                    let order = order.clone();
                    tokio::spawn(async move { order.lock().unwrap().push(name) })
                });
                for task in tasks {
                    task.await.unwrap();
                }
            });
            seen(std::mem::take(&mut *order.lock().unwrap()));
        },
        permutations(),
    );
}

#[test]
fn a_mutex_goes_to_who_asked_first_and_anybody_may() {
    assert_outcomes_up_to(
        2,
        || {
            several().block_on(async {
                let order = Arc::new(Mutex::new(Vec::new()));
                let tasks = [0, 1, 2].map(|name| {
                    let order = order.clone();
                    tokio::spawn(async move { order.lock().await.push(name) })
                });
                for task in tasks {
                    task.await.unwrap();
                }
                seen(order.lock().await.clone());
            });
        },
        permutations(),
    );
}

#[test]
fn an_abort_ends_a_task_at_each_of_its_awaits() {
    assert_outcomes(
        || {
            let reached = Arc::new(AtomicUsize::new(0));
            several().block_on(async {
                let theirs = reached.clone();
                let task = tokio::spawn(async move {
                    for await_point in 1..=3 {
                        theirs.store(await_point, SeqCst);
                        yield_now().await;
                    }
                });
                task.abort();
                let over = task.await.is_ok();
                seen((reached.load(SeqCst), over));
            });
        },
        [(0, false), (1, false), (2, false), (3, false), (3, true)],
    );
}

#[test]
fn a_lock_is_seen_to_be_held_by_who_tries_it_and_by_who_gives_up() {
    let tries = || {
        several().block_on(async {
            let shared = Arc::new((Mutex::new(()), AtomicBool::new(false)));
            let other = shared.clone();
            tokio::spawn(async move {
                let _guard = other.0.lock().await;
                other.1.store(true, SeqCst);
            });
            let stored = shared.1.load(SeqCst);
            seen((stored, shared.0.try_lock().is_ok()));
        });
    };
    assert_outcomes(tries, [(false, true), (false, false), (true, true), (true, false)]);
    let gives_up = || {
        several().block_on(async {
            let shared = Arc::new((Mutex::new(()), AtomicBool::new(false)));
            let other = shared.clone();
            tokio::spawn(async move {
                let _guard = other.0.lock().await;
                other.1.store(true, SeqCst);
            });
            let stored = shared.1.load(SeqCst);
            let free = tokio::select! { biased; _ = shared.0.lock() => true, () = async {} => false };
            seen((stored, free));
        });
    };
    assert_outcomes(gives_up, [(false, true), (false, false), (true, true), (true, false)]);
}

#[test]
fn whether_a_task_is_over_can_be_seen_before_and_after() {
    assert_outcomes(
        || {
            several().block_on(async {
                let done = Arc::new(AtomicBool::new(false));
                let theirs = done.clone();
                let task = tokio::spawn(async move { theirs.store(true, SeqCst) });
                let stored = done.load(SeqCst);
                seen((stored, task.is_finished()));
            });
        },
        [(false, false), (false, true), (true, false), (true, true)],
    );
}

#[test]
fn a_message_or_the_limit_comes_first_and_no_message_is_lost() {
    assert_outcomes(
        || {
            several().block_on(async {
                let (tx, mut rx) = mpsc::channel(1);
                let sender = tokio::spawn(async move { tx.send_timeout(1, MS).await.is_ok() });
                let first = timeout(MS, rx.recv()).await.ok().flatten();
                let sent = sender.await.unwrap();
                let second = rx.recv().await;
                assert_eq!(first.or(second).is_some(), sent);
                seen((first, second));
            });
        },
        [(Some(1), None), (None, Some(1))],
    );
}

#[test]
fn reserving_room_before_the_message_is_made_loses_nothing_in_a_select() {
    let ship = || {
        several().block_on(async {
            let (tx, mut rx) = mpsc::channel(1);
            let (stop, stopped) = oneshot::channel::<()>();
            let shipper = tokio::spawn(async move {
                let mut lines = vec![2, 1];
                let mut stopped = std::pin::pin!(stopped);
                let mut stops = false;
                while !lines.is_empty() {
                    tokio::select! {
                        permit = tx.reserve() => permit.unwrap().send(lines.pop().unwrap()),
                        _ = &mut stopped, if !stops => stops = true,
                    }
                }
            });
            tokio::spawn(async move { stop.send(()) });
            assert_eq!((rx.recv().await, rx.recv().await, rx.recv().await), (Some(1), Some(2), None));
            shipper.await.unwrap();
        });
    };
    assert_passed(&explore_up_to(2, ship));
}

#[test]
fn a_thread_wakes_a_task_of_one_thread() {
    assert_holds(|| {
        let (tx, rx) = oneshot::channel();
        let notify = Arc::new(Notify::new());
        let other = notify.clone();
        let waker = thread::spawn(move || {
            other.notify_one();
            tx.send(1).unwrap();
        });
        one().block_on(async move {
            let task = tokio::spawn(async move { notify.notified().await });
            assert_eq!(rx.await, Ok(1));
            task.await.unwrap();
        });
        waker.join().unwrap();
    });
}

#[test]
fn two_threads_block_on_one_runtime_of_one_thread() {
    assert_holds(|| {
        let runtime = Arc::new(one());
        let (tx, rx) = oneshot::channel();
        let other = runtime.clone();
        let second = thread::spawn(move || other.block_on(rx).unwrap());
        runtime.block_on(async {
            let task = tokio::spawn(async move { tx.send(1).unwrap() });
            task.await.unwrap();
        });
        assert_eq!(second.join().unwrap(), 1);
    });
}

#[test]
fn a_panic_of_the_root_ends_the_runtime_and_is_the_verdict() {
    for runtime in [
        || {
            several().block_on(async {
                drop((tokio::spawn(std::future::pending::<()>()), tokio::spawn(async {})));
                fails().await
            })
        },
        || {
            one().block_on(async {
                drop((tokio::spawn(std::future::pending::<()>()), tokio::spawn(async {})));
                fails().await
            })
        },
    ] {
        assert_eq!(assert_fails(runtime, Verdict::Panicked).message, "oh no");
    }
}

async fn fails() {
    yield_now().await;
    panic!("oh no")
}

#[test]
fn tasks_of_several_workers_that_look_for_each_other_without_end_are_a_livelock() {
    assert_fails(|| look_for_each_other(&several()), Verdict::Livelock);
}

#[test]
fn a_task_that_nothing_known_wakes_is_told_where_it_was_spawned() {
    let waits = || {
        several().block_on(async {
            let task = tokio::spawn(std::future::pending::<()>());
            timeout(MS, async {}).await.unwrap();
            task.await.unwrap();
        });
    };
    let finding = assert_deadlocks(waits, DeadlockKind::NobodyWillWake);
    let text = told(&finding);
    assert!(text.contains("to be woken, and nobody is left to end that"), "{text}");
    let limited = || {
        several().block_on(async {
            let mutex = Mutex::new(());
            let _guard = mutex.lock().await;
            let task = tokio::spawn(std::future::pending::<()>());
            let _ = tokio::join!(task, async {});
        });
    };
    let trace = assert_fails(limited, Verdict::Deadlock).trace.unwrap();
    let joins = trace.events.iter().rfind(|event| event.op == Op::Join).unwrap();
    assert!(joins.at.as_ref().unwrap().file.ends_with("exploration.rs"), "{joins:?}");
}
