//! What hidden tests ask of the world.

use kata_real::executor::{self, Heartbeat};
use kata_real::{Unseen, fail_at};
use kata_real_std::thread;
use kata_trace::{DeadlockKind, Verdict};
use std::panic::Location;
use tokio::runtime::{Builder, Runtime};
use tokio::task;

use crate::{Case, cases};

pub(crate) const CASES: &[&[Case]] = &[
    cases![Verdict::Passed;
        a_poll_is_told_from_other_code
        each_poll_is_a_turn_of_its_own
        a_heart_beats_when_it_is_asked
        a_heart_beats_while_a_thread_waits_for_it
        a_heart_that_stopped_keeps_nobody_waiting
        a_heart_is_kept_by_the_thread_that_it_runs_on
        what_is_unseen_is_shared
    ],
    cases![Verdict::BlockedExecutor;
        waiting_for_a_beat_in_a_poll
        a_heart_on_a_thread_that_waits_for_it
        a_call_that_the_test_objects_to
    ],
    cases![Verdict::Livelock; a_task_that_the_test_finds_busy],
    cases![Verdict::OutOfMemory; a_verdict_of_the_tests_own],
    cases![Verdict::Deadlock, DeadlockKind::NobodyWillWake; an_unobserved_wait_beside_an_observed_one],
];

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

fn a_poll_is_told_from_other_code() {
    assert!(!executor::in_poll());
    assert_eq!(executor::polls_of_current_task(), 0);
    Runtime::new().unwrap().block_on(async {
        assert!(executor::in_poll());
        assert!(!task::block_in_place(executor::in_poll));
        assert!(!task::spawn_blocking(executor::in_poll).await.unwrap());
        assert!(tokio::spawn(async { executor::in_poll() }).await.unwrap());
        let thread = thread::spawn(executor::in_poll);
        while !thread.is_finished() {
            task::yield_now().await;
        }
        assert!(!thread.join().unwrap());
    });
    assert!(!executor::in_poll());
}

fn each_poll_is_a_turn_of_its_own() {
    assert_eq!(executor::current_turn(), None);
    one_thread().block_on(async {
        let first = executor::current_turn();
        assert_eq!(executor::current_turn(), first);
        let other = tokio::spawn(async { executor::current_turn() }).await.unwrap();
        assert!(first.is_some() && other.is_some() && first != other);
        assert_ne!(executor::current_turn(), first);
    });
}

fn a_heart_beats_when_it_is_asked() {
    one_thread().block_on(async {
        let heart = Heartbeat::new();
        let early = heart.ask();
        let pulse = tokio::spawn(heart.task());
        assert!(!heart.has_answered(early));
        heart.beat().await;
        assert!(heart.has_answered(early));
        let late = heart.ask();
        assert!(late > early && !heart.has_answered(late));
        task::yield_now().await;
        assert!(heart.has_answered(late));
        heart.stop();
        pulse.await.unwrap();
    });
}

fn a_heart_beats_while_a_thread_waits_for_it() {
    one_thread().block_on(async {
        let heart = Heartbeat::new();
        tokio::spawn(heart.task());
        let (done, end) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            for _ in 0..100 {
                heart.wait(heart.ask(), "work", Location::caller());
            }
            done.send(()).unwrap();
        });
        end.await.unwrap();
    });
}

fn a_heart_that_stopped_keeps_nobody_waiting() {
    let heart = Heartbeat::new();
    let early = heart.ask();
    thread::scope(|scope| {
        scope.spawn(|| heart.wait(early, "work", Location::caller()));
        heart.stop();
    });
    assert!(heart.has_answered(heart.ask()));
}

fn a_heart_is_kept_by_the_thread_that_it_runs_on() {
    let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let heart = Heartbeat::new();
    runtime.spawn(heart.task());
    runtime.block_on(heart.beat());
    assert!(!heart.is_kept());
    runtime.block_on(async {
        assert!(!heart.is_kept(), "this thread only waits for the worker");
        let worker = heart.clone();
        assert!(tokio::spawn(async move { worker.is_kept() }).await.unwrap());
    });
}

fn what_is_unseen_is_shared() {
    let sum = Unseen::new(0);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| sum.with(|sum| *sum += 1));
        }
    });
    assert_eq!(sum.with(|sum| *sum), 3);
}

fn waiting_for_a_beat_in_a_poll() {
    one_thread().block_on(async {
        let heart = Heartbeat::new();
        tokio::spawn(heart.task());
        heart.wait(heart.ask(), "work", Location::caller()); // reported
    });
}

fn a_heart_on_a_thread_that_waits_for_it() {
    let runtime = one_thread();
    let heart = Heartbeat::new();
    runtime.spawn(heart.task());
    // Nobody is inside the runtime.
    heart.wait(heart.ask(), "work", Location::caller()); // reported
}

fn a_call_that_the_test_objects_to() {
    one_thread().block_on(async {
        executor::blocking_call("work(1)", Location::caller());
        executor::blocked("work(2)", Location::caller(), "that is too much"); // reported
    });
}

fn a_task_that_the_test_finds_busy() {
    one_thread().block_on(async {
        thread::current().unpark(); // reported
        executor::busy("it does not get on");
    });
}

fn a_verdict_of_the_tests_own() {
    fail_at(Verdict::OutOfMemory, "no", Location::caller()); // reported
}

fn an_unobserved_wait_beside_an_observed_one() {
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let thread = thread::spawn(move || receiver.blocking_recv());
    // The world sees a thread that runs; the system sees that it sleeps.
    let _ = thread.join(); // reported
    drop(sender);
}
