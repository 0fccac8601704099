//! tokio behaves as tokio.

use kata_real::PlannedPanic;
use kata_trace::Verdict;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime, RuntimeFlavor};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{self, JoinSet, LocalSet};
use tokio::time::{Instant, sleep, timeout};

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[cases![Verdict::Passed;
    a_task_returns_its_value
    a_panic_of_a_task_is_an_error_of_its_handle
    an_aborted_task_is_an_error_of_its_handle
    a_join_set_gives_results_as_they_come
    a_join_set_can_be_shut_down_and_collected
    local_tasks_need_not_be_send
    a_handle_reaches_its_runtime_from_elsewhere
    a_paused_clock_goes_on_when_everybody_waits
    a_dropped_runtime_drops_its_tasks
    attributes_and_macros_resolve
    yielding_lets_the_others_go_first
    a_runtime_has_four_workers
    a_task_is_polled_by_its_waker_only
]];

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn a_task_returns_its_value() {
    let runtime = Runtime::new().unwrap();
    assert_eq!(runtime.block_on(runtime.spawn(async { 7 })).unwrap(), 7);
    assert_eq!(runtime.block_on(runtime.spawn_blocking(|| 8)).unwrap(), 8);
    runtime.block_on(async {
        let task = tokio::spawn(async { 9 });
        let (id, abort) = (task.id(), task.abort_handle());
        assert_eq!(task.await.unwrap(), 9);
        assert!(abort.is_finished() && abort.id() == id);
    });
    runtime.shutdown_background();
}

fn a_panic_of_a_task_is_an_error_of_its_handle() {
    one_thread().block_on(async {
        let error = tokio::spawn(async { std::panic::panic_any(PlannedPanic) }).await.unwrap_err();
        assert!(error.into_panic().is::<PlannedPanic>());
        let error = task::spawn_blocking(|| std::panic::panic_any(PlannedPanic)).await.unwrap_err();
        assert!(error.is_panic());
    });
}

fn an_aborted_task_is_an_error_of_its_handle() {
    one_thread().block_on(async {
        let task = tokio::spawn(std::future::pending::<()>());
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    });
}

fn a_join_set_gives_results_as_they_come() {
    one_thread().block_on(async {
        let mut tasks = JoinSet::new();
        assert!(tasks.is_empty() && tasks.join_next().await.is_none());
        let (late, wait) = oneshot::channel::<()>();
        tasks.spawn(async {
            wait.await.unwrap();
            1
        });
        let second = tasks.spawn(async { 2 });
        assert!(tasks.try_join_next().is_none());
        assert_eq!(tasks.join_next_with_id().await.unwrap().unwrap(), (second.id(), 2));
        late.send(()).unwrap();
        assert_eq!(tasks.join_next().await.unwrap().unwrap(), 1);
        tasks.spawn_blocking(|| 3);
        assert_eq!(tasks.join_all().await, [3]);
    });
}

fn a_join_set_can_be_shut_down_and_collected() {
    one_thread().block_on(async {
        let mut tasks: JoinSet<()> = (0..3).map(|_| std::future::pending()).collect();
        assert_eq!(tasks.len(), 3);
        tasks.shutdown().await;
        assert!(tasks.is_empty());
    });
}

fn local_tasks_need_not_be_send() {
    let shared = std::rc::Rc::new(std::cell::Cell::new(0));
    let tasks = LocalSet::new();
    for _ in 0..3 {
        let shared = shared.clone();
        tasks.spawn_local(async move { shared.set(shared.get() + 1) });
    }
    let other = shared.clone();
    tasks.block_on(&one_thread(), async move {
        task::spawn_local(async move { other.set(other.get() + 10) }).await.unwrap();
    });
    assert_eq!(shared.get(), 13);
}

fn a_handle_reaches_its_runtime_from_elsewhere() {
    let runtime = Runtime::new().unwrap();
    assert!(Handle::try_current().is_err());
    let handle = runtime.handle().clone();
    let thread = kata_real_std::thread::spawn(move || handle.block_on(handle.spawn(async { Handle::current().id() })));
    assert_eq!(thread.join().unwrap().unwrap(), runtime.handle().id());
    let _entered = runtime.enter();
    assert_eq!(Handle::current().runtime_flavor(), RuntimeFlavor::MultiThread);
}

fn a_paused_clock_goes_on_when_everybody_waits() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let start = Instant::now();
        sleep(Duration::from_secs(3600)).await;
        assert_eq!(start.elapsed(), Duration::from_secs(3600));
        assert!(timeout(Duration::from_secs(3600), std::future::pending::<()>()).await.is_err());
    });
}

fn a_dropped_runtime_drops_its_tasks() {
    let alive = std::sync::Arc::new(());
    let runtime = one_thread();
    let theirs = alive.clone();
    runtime.spawn(async move {
        std::future::pending::<()>().await;
        drop(theirs);
    });
    runtime.block_on(task::yield_now());
    drop(runtime);
    assert_eq!(std::sync::Arc::strong_count(&alive), 1);
}

fn attributes_and_macros_resolve() {
    #[tokio::main(flavor = "current_thread")]
    async fn sum() -> u32 {
        let (sender, mut receiver) = mpsc::channel(1);
        let (sent, received) = tokio::join!(sender.send(1), receiver.recv());
        sent.unwrap();
        tokio::select! {
            biased;
            () = std::future::pending() => 0,
            more = std::future::ready(2) => received.unwrap() + more,
        }
    }

    #[tokio::main]
    async fn on_workers() -> Result<u32, ()> {
        let pair = tokio::try_join!(async { Ok::<u32, ()>(1) }, async { Ok(2) })?;
        Ok(pair.0 + pair.1)
    }

    assert_eq!((sum(), on_workers()), (3, Ok(3)));
}

fn yielding_lets_the_others_go_first() {
    one_thread().block_on(async {
        let (sender, mut order) = mpsc::unbounded_channel();
        let second = sender.clone();
        tokio::spawn(async move {
            sender.send(1).unwrap();
            task::yield_now().await;
            sender.send(3).unwrap();
        });
        tokio::spawn(async move { second.send(2).unwrap() });
        let mut seen = Vec::new();
        while let Some(n) = order.recv().await {
            seen.push(n);
        }
        assert_eq!(seen, [1, 2, 3]);
    });
}

fn a_runtime_has_four_workers() {
    assert_eq!(Runtime::new().unwrap().metrics().num_workers(), 4);
}

fn a_task_is_polled_by_its_waker_only() {
    one_thread().block_on(async {
        let (sender, receiver) = oneshot::channel();
        let task = tokio::spawn(async {
            receiver.await.unwrap();
            kata_real::executor::polls_of_current_task()
        });
        for _ in 0..10 {
            task::yield_now().await;
        }
        sender.send(()).unwrap();
        assert_eq!(task.await.unwrap(), 2);
    });
}
