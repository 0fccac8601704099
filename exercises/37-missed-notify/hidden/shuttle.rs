//! What a start promises, however its parts and the requests take turns.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::thread;
use std::time::Duration;

use missed_notify::{Part, PartFailed, Startup};
use tokio::runtime::{Builder, Runtime};

const DATABASE: Part = Part("database");
const CACHE: Part = Part("cache");
const INDEX: Part = Part("index");

/// A request that comes while the last part comes up is let in.
pub fn a_request_that_comes_early() {
    let startup = Arc::new(Startup::new([DATABASE]));
    let part = reports(&startup, |startup| startup.is_up(DATABASE));
    let outcome = one_thread().block_on(startup.ready());
    is(outcome, Ok(()));
    part.join().expect("a report does not panic");
}

/// Two requests that come while the last part comes up are both let in.
pub fn two_requests_that_come_early() {
    let startup = Arc::new(Startup::new([DATABASE]));
    workers().block_on(async {
        let requests = [spawn(&startup), spawn(&startup)];
        startup.is_up(DATABASE);
        for request in requests {
            is(request.await.expect("a request does not panic"), Ok(()));
        }
    });
}

/// A request is let in when the last of two parts is up, and not before, whichever comes first.
pub fn a_request_waits_for_every_part() {
    let startup = Arc::new(Startup::new([DATABASE, CACHE]));
    let part = reports(&startup, |startup| {
        startup.is_up(CACHE);
        startup.is_up(DATABASE);
    });
    let outcome = one_thread().block_on(startup.ready());
    is(outcome, Ok(()));
    let missing = startup.missing();
    assert!(missing.is_empty(), "a request was let in, and these parts were missing: {}", names(&missing));
    part.join().expect("a report does not panic");
}

/// A request is turned away when a part fails, although another one is not up.
pub fn a_part_that_fails() {
    let startup = Arc::new(Startup::new([DATABASE, CACHE]));
    let part = reports(&startup, |startup| startup.has_failed(CACHE));
    let outcome = one_thread().block_on(startup.ready());
    is(outcome, Err(PartFailed(CACHE)));
    part.join().expect("a report does not panic");
}

/// Requests that wait long before the last part is up are let in, all of them, each by one report.
pub fn requests_that_wait() {
    one_thread().block_on(async {
        let startup = Startup::new([DATABASE, CACHE]);
        let (mut a, mut b, mut c) = (pin!(startup.ready()), pin!(startup.ready()), pin!(startup.ready()));
        waits(a.as_mut()).await;
        waits(b.as_mut()).await;
        waits(c.as_mut()).await;
        startup.is_up(DATABASE);
        waits(a.as_mut()).await;
        waits(b.as_mut()).await;
        startup.is_up(CACHE);
        let (a, b, c) = tokio::join!(a, b, c);
        [a, b, c].into_iter().for_each(|outcome| is(outcome, Ok(())));
    });
}

/// Requests that come after the last report are let in, or turned away, too.
pub fn requests_that_come_late() {
    one_thread().block_on(async {
        let startup = Startup::new([DATABASE]);
        startup.is_up(DATABASE);
        is(startup.ready().await, Ok(()));
        is(startup.ready().await, Ok(()));
        let startup = Startup::new([DATABASE, CACHE]);
        startup.has_failed(CACHE);
        startup.is_up(DATABASE);
        is(startup.ready().await, Err(PartFailed(CACHE)));
        is(startup.ready().await, Err(PartFailed(CACHE)));
        is(Startup::new([]).ready().await, Ok(()));
    });
}

/// When several parts fail, requests are told of the first one.
pub fn several_parts_that_fail() {
    one_thread().block_on(async {
        let startup = Startup::new([DATABASE, CACHE, INDEX]);
        for part in [CACHE, DATABASE, INDEX] {
            startup.has_failed(part);
            is(startup.ready().await, Err(PartFailed(CACHE)));
        }
    });
}

/// The status page lists the parts that are not up, also while one of them reports, and also those that failed.
pub fn the_status_page() {
    let startup = Arc::new(Startup::new([DATABASE, CACHE, INDEX]));
    let part = reports(&startup, |startup| startup.is_up(DATABASE));
    let seen = sorted(startup.missing());
    assert!(
        seen == [CACHE, DATABASE, INDEX] || seen == [CACHE, INDEX],
        "the database was coming up, and these parts were missing: {}",
        names(&seen)
    );
    part.join().expect("a report does not panic");
    are_missing(&startup, &[CACHE, INDEX]);
    startup.has_failed(CACHE);
    are_missing(&startup, &[CACHE, INDEX]);
    startup.is_up(INDEX);
    are_missing(&startup, &[CACHE]);
}

/// A request that is given up, before the report or after it, takes nothing from those that go on waiting.
pub fn requests_that_are_given_up() {
    one_thread().block_on(async {
        let startup = Arc::new(Startup::new([DATABASE]));
        let [given_up, told, a, b] = [(); 4].map(|()| spawn(&startup));
        tokio::task::yield_now().await;
        given_up.abort();
        tokio::task::yield_now().await;
        startup.is_up(DATABASE);
        told.abort();
        is(a.await.expect("a request does not panic"), Ok(()));
        is(b.await.expect("a request does not panic"), Ok(()));
    });
}

/// A request that is given up just when it is let in takes nothing from those that go on waiting.
pub fn a_request_that_is_given_up_at_the_end() {
    one_thread().block_on(async {
        for polls in 0..4 {
            let startup = Arc::new(Startup::new([DATABASE]));
            let mut told = Box::pin(startup.ready());
            waits(told.as_mut()).await;
            let other = spawn(&startup);
            tokio::task::yield_now().await;
            startup.is_up(DATABASE);
            for _ in 0..polls {
                if poll_fn(|cx| Poll::Ready(told.as_mut().poll(cx))).await.is_ready() {
                    break;
                }
            }
            drop(told);
            is(other.await.expect("a request does not panic"), Ok(()));
        }
    });
}

/// A crowd of requests that wait is let in by the last report, all of them.
pub fn a_crowd() {
    one_thread().block_on(async {
        let startup = Arc::new(Startup::new([DATABASE]));
        let requests: Vec<_> = (0..CROWD).map(|_| spawn(&startup)).collect();
        tokio::task::yield_now().await;
        startup.is_up(DATABASE);
        for request in requests {
            is(request.await.expect("a request does not panic"), Ok(()));
        }
    });
}

/// A request that goes to another task after it has begun to wait is woken there.
pub fn a_request_that_moves() {
    one_thread().block_on(async {
        let startup = Arc::new(Startup::new([DATABASE]));
        let mut request = Box::pin({
            let startup = Arc::clone(&startup);
            async move { startup.ready().await }
        });
        waits(request.as_mut()).await;
        let request = tokio::spawn(request);
        tokio::task::yield_now().await;
        startup.is_up(DATABASE);
        is(request.await.expect("a request does not panic"), Ok(()));
    });
}

/// A request that waits on a runtime's only thread lets others run, among them the one that reports.
pub fn a_request_that_waits_lets_others_run() {
    one_thread().block_on(async {
        let startup = Arc::new(Startup::new([DATABASE]));
        let request = spawn(&startup);
        let part = tokio::spawn({
            let startup = Arc::clone(&startup);
            async move {
                tokio::task::yield_now().await;
                startup.is_up(DATABASE);
            }
        });
        part.await.expect("a report does not panic");
        is(request.await.expect("a request does not panic"), Ok(()));
    });
}

/// A request that has to wait for a month sleeps until the report, also when one that came before it is given up.
pub fn a_request_that_has_to_wait_sleeps() {
    let runtime =
        Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime can be built");
    runtime.block_on(async {
        let startup = Arc::new(Startup::new([DATABASE]));
        let (given_up, request) = (spawn(&startup), spawn(&startup));
        tokio::time::sleep(MONTH).await;
        given_up.abort();
        tokio::time::sleep(MONTH).await;
        startup.is_up(DATABASE);
        is(request.await.expect("a request does not panic"), Ok(()));
    });
}

/// A part that comes up in one server lets nobody in to another one.
pub fn two_servers() {
    one_thread().block_on(async {
        let (one, other) = (Startup::new([DATABASE]), Startup::new([DATABASE]));
        let (mut early, mut others) = (pin!(one.ready()), pin!(other.ready()));
        waits(early.as_mut()).await;
        waits(others.as_mut()).await;
        one.is_up(DATABASE);
        is(early.await, Ok(()));
        waits(others.as_mut()).await;
        other.has_failed(DATABASE);
        is(others.await, Err(PartFailed(DATABASE)));
    });
}

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How many requests a crowd is.
const CROWD: usize = 10;

type Outcome = Result<(), PartFailed>;

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be built")
}

fn spawn(startup: &Arc<Startup>) -> tokio::task::JoinHandle<Outcome> {
    let startup = Arc::clone(startup);
    tokio::spawn(async move { startup.ready().await })
}

/// A thread that is in no runtime.
fn reports(startup: &Arc<Startup>, report: impl FnOnce(&Startup) + Send + 'static) -> thread::JoinHandle<()> {
    let startup = Arc::clone(startup);
    thread::spawn(move || report(&startup))
}

/// Polls a request once.
async fn waits(mut request: Pin<&mut impl Future<Output = Outcome>>) {
    let polled = poll_fn(|cx| Poll::Ready(request.as_mut().poll(cx))).await;
    if let Poll::Ready(outcome) = polled {
        panic!("a request should wait, and was told {}", told(outcome));
    }
}

fn is(outcome: Outcome, expected: Outcome) {
    assert!(outcome == expected, "a request should be told {}, and was told {}", told(expected), told(outcome));
}

fn told(outcome: Outcome) -> String {
    outcome.map_or_else(|failed| format!("that {failed}"), |()| "to come in".to_owned())
}

fn are_missing(startup: &Startup, expected: &[Part]) {
    let missing = sorted(startup.missing());
    assert!(missing == expected, "the missing parts are {}, and {} were listed", names(expected), names(&missing));
}

fn sorted(mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_key(|part| part.0);
    parts
}

fn names(parts: &[Part]) -> String {
    parts.iter().map(|part| part.0).collect::<Vec<_>>().join(", ")
}
