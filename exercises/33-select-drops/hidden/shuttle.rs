//! What a shipper promises, however the server, the collector and the shipper take turns.

use std::thread::{self, JoinHandle};
use std::time::Duration;

use kata::Rendezvous;
use select_drops::{CollectorGone, Line, Shipper};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;

/// Three lines arrive, each once, in the order in which they were logged.
pub fn every_line_arrives_once_and_in_order() {
    one_thread().block_on(async {
        let (log, mut inbox, _go_on, shipper) = spawn(3);
        let server = tokio::spawn(async move { log_lines(&log, 3).await });
        are_the_first(&receive_all(&mut inbox).await, 3);
        server.await.expect("the server does not panic");
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(3));
    });
}

/// Lines arrive, each once, in the order in which they were logged, when everybody has a thread.
pub fn every_line_arrives_from_a_thread() {
    let (log, mut inbox, _go_on, shipper) = start(one_thread(), 1);
    let server = thread::spawn(move || {
        for number in 1..=2 {
            log.blocking_send(line(number)).expect("nobody told the shipper to stop");
        }
    });
    arrive(&mut inbox, 2);
    server.join().expect("the server does not panic");
    returns(shipper, Ok(2));
}

/// Lines arrive, each once, in the order in which they were logged, when the shipper runs on several workers.
pub fn every_line_arrives_from_several_workers() {
    let (log, mut inbox, _go_on, shipper) = start(workers(), 1);
    let server = thread::spawn(move || {
        for number in 1..=2 {
            log.blocking_send(line(number)).expect("nobody told the shipper to stop");
        }
    });
    arrive(&mut inbox, 2);
    server.join().expect("the server does not panic");
    returns(shipper, Ok(2));
}

/// What was logged before the shipper was told to stop arrives; what is refused from then on does not.
pub fn a_stop_loses_nothing() {
    let (log, mut inbox, stop, shipper) = start(one_thread(), 1);
    let server = thread::spawn(move || (1..=2).take_while(|&number| log.blocking_send(line(number)).is_ok()).count());
    let _ = stop.send(());
    let arrived = receive(&mut inbox);
    let logged = server.join().expect("the server does not panic");
    are_the_first(&arrived, logged);
    returns(shipper, Ok(logged as u64));
}

/// While the collector takes nothing, the shipper takes in as many lines as it was told to keep.
pub fn lines_are_taken_in_while_the_collector_stands_still() {
    let (log, mut inbox, _go_on, shipper) = start(one_thread(), 2);
    // Two lines for the shipper, and one for each of the channels before and behind it.
    let taken_in =
        Rendezvous::new(2, "logging two lines more than the channels hold and a collector that stands still");
    thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=4 {
                log.blocking_send(line(number)).expect("nobody told the shipper to stop");
            }
            taken_in.arrive();
            drop(log);
        });
        taken_in.arrive();
        arrive(&mut inbox, 4);
    });
    returns(shipper, Ok(4));
}

/// A shipper hears `stop` while the collector takes nothing and its backlog is full: it refuses lines from then on.
pub fn a_stop_is_heard_while_the_collector_stands_still() {
    let (log, mut inbox, stop, shipper) = start(one_thread(), 1);
    let refused = Rendezvous::new(2, "refusing lines after a stop and a collector that stands still");
    thread::scope(|scope| {
        scope.spawn(|| {
            log.blocking_send(line(1)).expect("nobody told the shipper to stop");
            log.blocking_send(line(2)).expect("nobody told the shipper to stop");
            let _ = stop.send(());
            one_thread().block_on(log.closed());
            refused.arrive();
        });
        refused.arrive();
        arrive(&mut inbox, 2);
    });
    returns(shipper, Ok(2));
}

/// The lines that wait for the collector when the server is done with logging arrive, too.
pub fn the_last_lines_arrive() {
    standing_still().block_on(async {
        let (log, mut inbox, _go_on, shipper) = spawn(3);
        log_lines(&log, 3).await;
        tokio::time::sleep(MILLISECOND).await;
        drop(log);
        tokio::time::sleep(MILLISECOND).await;
        are_the_first(&receive_all(&mut inbox).await, 3);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(3));
    });
}

/// A `stop` that is dropped tells the shipper to stop: it ships what it has, and returns.
pub fn a_stop_that_is_dropped() {
    standing_still().block_on(async {
        let (log, mut inbox, stop, shipper) = spawn(2);
        log_lines(&log, 3).await;
        tokio::time::sleep(MILLISECOND).await;
        drop(stop);
        log.closed().await;
        are_the_first(&receive_all(&mut inbox).await, 3);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(3));
    });
}

/// A shipper that keeps as many lines as it may hears `stop`, and refuses lines from then on.
pub fn a_full_shipper_hears_a_stop() {
    standing_still().block_on(async {
        let (log, mut inbox, stop, shipper) = spawn(2);
        let logged = log_until_full(&log, 7).await;
        let _ = stop.send(());
        let refused = tokio::time::timeout(MONTH, log.closed()).await;
        assert!(refused.is_ok(), "the shipper was told to stop a month ago, and does not refuse lines");
        are_the_first(&receive_all(&mut inbox).await, logged);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(logged as u64));
    });
}

/// A line for which the server had reserved room before the stop arrives, also when it comes later.
pub fn room_that_was_reserved_before_the_stop() {
    standing_still().block_on(async {
        let (log, mut inbox, stop, shipper) = spawn(2);
        log_lines(&log, 1).await;
        let room = log.reserve().await.expect("nobody told the shipper to stop");
        let _ = stop.send(());
        log.closed().await;
        tokio::time::sleep(MILLISECOND).await;
        room.send(line(2));
        are_the_first(&receive_all(&mut inbox).await, 2);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(2));
    });
}

/// While the collector takes nothing, the shipper keeps as many lines as it was told to, and two more at most.
pub fn the_backlog_is_bounded() {
    keeps(1, 1);
}

/// The same holds when lines come in bursts, as large as the server's channel.
pub fn the_backlog_is_bounded_in_a_burst() {
    keeps(4, 4);
}

/// Lines arrive in the order in which they were logged, whatever their numbers, and equal ones as often as they were logged.
pub fn lines_with_any_numbers() {
    standing_still().block_on(async {
        let (log, mut inbox, _go_on, shipper) = spawn(4);
        let logged = [1, 3, 3, 0].map(line);
        for line in &logged {
            log.send(line.clone()).await.expect("nobody told the shipper to stop");
        }
        tokio::time::sleep(MILLISECOND).await;
        drop(log);
        let arrived = numbers(&receive_all(&mut inbox).await);
        let expected = numbers(&logged);
        assert!(arrived == expected, "the lines {expected:?} were logged, and {arrived:?} arrived");
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(logged.len() as u64));
    });
}

/// A shipper that has to wait for a month sleeps until it is woken, and has lost nothing then.
pub fn a_shipper_that_has_to_wait_sleeps() {
    standing_still().block_on(async {
        let (log, mut inbox, _go_on, shipper) = spawn(2);
        tokio::time::sleep(MONTH).await;
        log_lines(&log, 3).await;
        tokio::time::sleep(MONTH).await;
        drop(log);
        tokio::time::sleep(MONTH).await;
        are_the_first(&receive_all(&mut inbox).await, 3);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(3));
    });
}

/// A shipper whose collector goes away while lines wait says so, although the server goes on.
pub fn a_collector_that_goes_away() {
    let (log, inbox, _go_on, shipper) = start(one_thread(), 1);
    log.blocking_send(line(1)).expect("nobody told the shipper to stop");
    log.blocking_send(line(2)).expect("nobody told the shipper to stop");
    drop(inbox);
    returns(shipper, Err(CollectorGone));
    drop(log);
}

/// A shipper whose collector goes away while lines wait says so, whether the server goes on, is done, or was told to stop;
/// and nothing of it is left when it returns.
pub fn a_collector_that_does_not_come_back() {
    standing_still().block_on(async {
        // With a backlog that is full, and once with room in it.
        for (limit, done, stopped) in [(1, false, false), (1, true, false), (1, false, true), (4, false, false)] {
            let (log, inbox, stop, shipper) = spawn(limit);
            log_until_full(&log, 3).await;
            let server = (!done).then_some(log);
            // A sender that is dropped tells it, too.
            let running = (!stopped).then_some(stop);
            tokio::time::sleep(MILLISECOND).await;
            drop(inbox);
            assert_returned(shipper.await.expect("the shipper does not panic"), Err(CollectorGone));
            drop(running);
            if let Some(log) = server {
                assert!(log.is_closed(), "`run` has returned, and something of it still takes in lines");
            }
        }
    });
}

/// A shipper whose server logs nothing returns when the server is done.
pub fn nothing_is_logged() {
    let (log, mut inbox, _go_on, shipper) = start(one_thread(), 1);
    drop(log);
    arrive(&mut inbox, 0);
    returns(shipper, Ok(0));
}

const MILLISECOND: Duration = Duration::from_millis(1);
const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

type Task = tokio::task::JoinHandle<Result<u64, CollectorGone>>;
type Shipping = JoinHandle<Result<u64, CollectorGone>>;

/// A shipper that keeps `limit` lines, between channels with room for one line each.
fn start(runtime: Runtime, limit: usize) -> (Sender<Line>, Receiver<Line>, oneshot::Sender<()>, Shipping) {
    let (log, lines) = mpsc::channel(1);
    let (out, inbox) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel();
    let shipper = thread::spawn(move || runtime.block_on(Shipper::new(limit).run(lines, out, stopped)));
    (log, inbox, stop, shipper)
}

/// As [`start`], as a task of the runtime that is around.
fn spawn(limit: usize) -> (Sender<Line>, Receiver<Line>, oneshot::Sender<()>, Task) {
    spawn_with(limit, 1)
}

/// As [`spawn`], with so much room in the channel of the server.
fn spawn_with(limit: usize, room: usize) -> (Sender<Line>, Receiver<Line>, oneshot::Sender<()>, Task) {
    let (log, lines) = mpsc::channel(room);
    let (out, inbox) = mpsc::channel(1);
    let (stop, stopped) = oneshot::channel();
    (log, inbox, stop, tokio::spawn(Shipper::new(limit).run(lines, out, stopped)))
}

fn one_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime can be built")
}

/// One whose clock stands still until nobody can do anything, and then jumps.
fn standing_still() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().expect("a runtime can be built")
}

fn workers() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime can be built")
}

/// How many lines a shipper keeps that was told to keep so many, behind a channel with so much room.
fn keeps(limit: usize, room: usize) {
    standing_still().block_on(async {
        let (log, mut inbox, _go_on, shipper) = spawn_with(limit, room);
        for number in 1..=limit as u64 {
            log.send(line(number)).await.expect("nobody told the shipper to stop");
            tokio::time::sleep(MILLISECOND).await;
        }
        // What is not taken in when nobody can do anything any more is never taken in.
        let mut logged = limit;
        while logged < limit + room + 5 && log.send_timeout(line(logged as u64 + 1), MILLISECOND).await.is_ok() {
            logged += 1;
        }
        // The channels are full: the one before it, and the one behind it with room for one.
        let kept = logged.saturating_sub(room + 1);
        let told = if limit == 1 { "one line".to_owned() } else { format!("{limit} lines") };
        assert!(kept >= limit, "the shipper was told to keep {told}, and takes in {kept}");
        assert!(kept <= limit + 2, "the shipper was told to keep {told}, and keeps {kept}");
        drop(log);
        are_the_first(&receive_all(&mut inbox).await, logged);
        assert_returned(shipper.await.expect("the shipper does not panic"), Ok(logged as u64));
    });
}

fn line(number: u64) -> Line {
    Line { number, text: format!("line {number}") }
}

async fn log_lines(log: &Sender<Line>, last: u64) {
    for number in 1..=last {
        log.send(line(number)).await.expect("nobody told the shipper to stop");
    }
}

/// Logs as many lines as are taken in while nobody receives, and returns how many that were.
async fn log_until_full(log: &Sender<Line>, most: usize) -> usize {
    let mut logged = 0;
    while logged < most && log.send_timeout(line(logged as u64 + 1), MILLISECOND).await.is_ok() {
        logged += 1;
    }
    logged
}

async fn receive_all(inbox: &mut Receiver<Line>) -> Vec<Line> {
    let mut arrived = Vec::new();
    while let Some(line) = inbox.recv().await {
        arrived.push(line);
    }
    arrived
}

fn receive(inbox: &mut Receiver<Line>) -> Vec<Line> {
    std::iter::from_fn(|| inbox.blocking_recv()).collect()
}

fn arrive(inbox: &mut Receiver<Line>, logged: usize) {
    are_the_first(&receive(inbox), logged);
}

fn numbers(lines: &[Line]) -> Vec<u64> {
    lines.iter().map(|line| line.number).collect()
}

fn are_the_first(arrived: &[Line], logged: usize) {
    let numbers = numbers(arrived);
    let expected: Vec<u64> = (1..=logged as u64).collect();
    assert!(numbers == expected, "the lines {expected:?} were logged, and {numbers:?} arrived");
    assert!(arrived.iter().all(|sent| *sent == line(sent.number)), "a line arrived with another text");
}

fn returns(shipper: Shipping, expected: Result<u64, CollectorGone>) {
    assert_returned(shipper.join().expect("the shipper does not panic"), expected);
}

fn assert_returned(returned: Result<u64, CollectorGone>, expected: Result<u64, CollectorGone>) {
    assert!(returned == expected, "`run` should return {expected:?}, and returned {returned:?}");
}
