//! The world against a second opinion: programs made at random come to the same outcomes, no less and no more.

#[path = "support/explore.rs"]
mod support;

#[path = "support/reference.rs"]
mod reference;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use kata_shuttle::Settings;
use kata_shuttle::sync::atomic::{AtomicI64, Ordering::SeqCst};
use kata_shuttle::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TryRecvError, TrySendError, channel, sync_channel,
};
use kata_shuttle::sync::{Condvar, Mutex, OnceLock, RwLock, RwLockReadGuard, RwLockWriteGuard};
use kata_shuttle::thread;
use kata_trace::{Budget, Verdict};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reference::{Op, Outcome, Program, walk};

std::thread_local! {
    static PROGRAM: RefCell<Program> = const { RefCell::new(Program { threads: Vec::new(), capacity: None }) };
    static THREADS: RefCell<Vec<thread::Thread>> = const { RefCell::new(Vec::new()) };
    static ENDS: RefCell<BTreeSet<Outcome>> = const { RefCell::new(BTreeSet::new()) };
}

#[derive(Clone)]
enum Tx {
    Unbounded(Sender<i64>),
    Bounded(SyncSender<i64>),
}

enum End {
    Receiver(Receiver<i64>),
    Sender(Tx),
}

enum Hold<'a> {
    Shared(#[allow(dead_code, reason = "it is held")] RwLockReadGuard<'a, ()>),
    Exclusive(#[allow(dead_code, reason = "it is held")] RwLockWriteGuard<'a, ()>),
}

#[derive(Default)]
struct Shared {
    atomics: [AtomicI64; 2],
    mutexes: [Mutex<()>; 2],
    condvar: Condvar,
    lock: RwLock<()>,
    once: OnceLock<i64>,
}

/// Runs the program under the world.
fn scenario() {
    let program = PROGRAM.with_borrow(Clone::clone);
    let shared = Shared::default();
    let (tx, rx) = match program.capacity {
        None => {
            let (tx, rx) = channel();
            (Tx::Unbounded(tx), rx)
        }
        Some(capacity) => {
            let (tx, rx) = sync_channel(capacity);
            (Tx::Bounded(tx), rx)
        }
    };
    let mut rx = Some(rx);
    let outcome: Outcome = thread::scope(|scope| {
        let shared = &shared;
        let handles: Vec<_> = (program.threads.iter().enumerate())
            .map(|(me, ops)| {
                let end = if me == 0 { End::Receiver(rx.take().unwrap()) } else { End::Sender(tx.clone()) };
                scope.spawn(move || run(me, ops, end, shared))
            })
            .collect();
        drop(tx);
        // Nobody has taken a step yet: the main thread has not reached a decision.
        THREADS.set(handles.iter().map(|handle| handle.thread().clone()).collect());
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    let program = kata::arena::enter_program(false);
    ENDS.with_borrow_mut(|ends| ends.insert(outcome.clone()));
    kata::arena::enter_program(program);
}

fn run(me: usize, ops: &[Op], end: End, shared: &Shared) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut guards = [None, None];
    let mut holds = Vec::new();
    let limit = Duration::from_secs(1);
    for &op in ops {
        match op {
            Op::Load(a) => seen.push(shared.atomics[a].load(SeqCst)),
            Op::Store(a, value) => shared.atomics[a].store(value, SeqCst),
            Op::Add(a) => seen.push(shared.atomics[a].fetch_add(1, SeqCst)),
            Op::Lock(m) => guards[m] = Some(shared.mutexes[m].lock().unwrap()),
            Op::TryLock(m) => match shared.mutexes[m].try_lock() {
                Ok(guard) => {
                    guards[m] = Some(guard);
                    seen.push(1);
                }
                Err(_) => seen.push(0),
            },
            Op::Unlock(m) => drop(guards[m].take()),
            Op::Wait => {
                if let Some(guard) = guards[0].take() {
                    guards[0] = Some(shared.condvar.wait(guard).unwrap());
                    seen.push(0);
                }
            }
            Op::WaitTimeout => {
                if let Some(guard) = guards[0].take() {
                    let (guard, result) = shared.condvar.wait_timeout(guard, limit).unwrap();
                    guards[0] = Some(guard);
                    seen.push(i64::from(result.timed_out()));
                }
            }
            Op::NotifyOne => shared.condvar.notify_one(),
            Op::NotifyAll => shared.condvar.notify_all(),
            Op::Read => holds.push(Hold::Shared(shared.lock.read().unwrap())),
            Op::Write => holds.push(Hold::Exclusive(shared.lock.write().unwrap())),
            Op::TryRead => {
                let got = shared.lock.try_read().map(|guard| holds.push(Hold::Shared(guard)));
                seen.push(i64::from(got.is_ok()));
            }
            Op::TryWrite => {
                let got = shared.lock.try_write().map(|guard| holds.push(Hold::Exclusive(guard)));
                seen.push(i64::from(got.is_ok()));
            }
            Op::UnlockRw => drop(holds.pop()),
            Op::Send | Op::Recv | Op::RecvTimeout | Op::TrySend | Op::TryRecv => {
                seen.push(communicate(me, op, &end, limit))
            }
            Op::GetOrInit => seen.push(*shared.once.get_or_init(|| {
                shared.atomics[1].fetch_add(1, SeqCst);
                me as i64
            })),
            Op::Get => seen.push(shared.once.get().copied().unwrap_or(-1)),
            Op::Park => thread::park(),
            Op::Unpark(thread) => {
                let thread = THREADS.with_borrow(|threads| threads[thread % threads.len()].clone());
                thread.unpark();
            }
            Op::Yield => thread::yield_now(),
        }
    }
    let [first, second] = guards;
    drop(first);
    drop(second);
    while let Some(hold) = holds.pop() {
        drop(hold);
    }
    drop(end);
    seen
}

fn communicate(me: usize, op: Op, end: &End, limit: Duration) -> i64 {
    match end {
        End::Receiver(rx) => match op {
            Op::TryRecv | Op::TrySend => match rx.try_recv() {
                Ok(value) => value,
                Err(TryRecvError::Disconnected) => -1,
                Err(TryRecvError::Empty) => -2,
            },
            Op::RecvTimeout => match rx.recv_timeout(limit) {
                Ok(value) => value,
                Err(RecvTimeoutError::Disconnected) => -1,
                Err(RecvTimeoutError::Timeout) => -2,
            },
            _ => rx.recv().unwrap_or(-1),
        },
        End::Sender(tx) => match (op, tx) {
            (Op::TryRecv | Op::TrySend, Tx::Bounded(tx)) => match tx.try_send(me as i64) {
                Ok(()) => 1,
                Err(TrySendError::Full(_)) => 0,
                Err(TrySendError::Disconnected(_)) => -1,
            },
            (Op::TryRecv | Op::TrySend, Tx::Unbounded(tx)) => tx.send(me as i64).map_or(-1, |()| 1),
            (_, Tx::Bounded(tx)) => i64::from(tx.send(me as i64).is_ok()),
            (_, Tx::Unbounded(tx)) => i64::from(tx.send(me as i64).is_ok()),
        },
    }
}

/// Compares a program's outcomes. `false` if it has too many executions to tell.
fn agrees(program: &Program) -> Result<bool, TestCaseError> {
    let expected = walk(program);
    PROGRAM.set(program.clone());
    ENDS.with_borrow_mut(BTreeSet::clear);
    let budget = Budget { executions: 60_000, random_executions: 0, ..Budget::default() };
    let finding = kata_shuttle::run(scenario, &budget, Settings { silent: true });
    if expected.deadlocks {
        if finding.verdict == Verdict::Passed && !finding.evidence.exhaustive {
            return Ok(false);
        }
        prop_assert_eq!(finding.verdict, Verdict::Deadlock, "{:?}", finding.evidence);
        return Ok(true);
    }
    prop_assert_eq!(finding.verdict, Verdict::Passed, "{}", finding.message);
    let ends = ENDS.with_borrow(Clone::clone);
    let invented: Vec<_> = ends.difference(&expected.ends).collect();
    prop_assert!(invented.is_empty(), "invented: {:?}", invented);
    if !finding.evidence.exhaustive {
        return Ok(false);
    }
    let missed: Vec<_> = expected.ends.difference(&ends).collect();
    prop_assert!(missed.is_empty(), "missed: {:?} of {:?}", missed, expected.ends);
    Ok(true)
}

/// Tries programs that are made of `ops`. Always the same ones, unless `KATA_CASES` asks for more.
fn compare(ops: &[Op], threads: std::ops::RangeInclusive<usize>, length: std::ops::RangeInclusive<usize>, seed: u8) {
    let cases = std::env::var("KATA_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]));
    let op = prop::sample::select(ops.to_vec());
    let thread = prop::collection::vec(op, length);
    let capacity = prop::sample::select(vec![None, Some(0), Some(1)]);
    let programs = (prop::collection::vec(thread, threads), capacity)
        .prop_map(|(threads, capacity)| Program { threads, capacity });
    let told = std::cell::Cell::new(0_u32);
    let result = runner.run(&programs, |program| {
        told.set(told.get() + u32::from(agrees(&program)?));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
    assert!(told.get() * 2 > cases, "most programs are too large to tell: {} of {cases}", told.get());
}

#[test]
fn atomics_and_mutexes_agree_with_the_reference() {
    let ops =
        [Op::Load(0), Op::Load(1), Op::Store(0, 7), Op::Add(0), Op::Add(1), Op::Lock(0), Op::Lock(1), Op::Unlock(0)];
    compare(&ops, 2..=3, 1..=3, 1);
    compare(&ops, 2..=2, 3..=5, 2);
}

#[test]
fn looking_at_mutexes_agrees_with_the_reference() {
    let ops =
        [Op::Lock(0), Op::Lock(1), Op::TryLock(0), Op::TryLock(1), Op::Unlock(0), Op::Unlock(1), Op::Add(0), Op::Yield];
    compare(&ops, 2..=3, 1..=3, 3);
    compare(&ops, 2..=2, 3..=5, 4);
}

#[test]
fn reader_writer_locks_agree_with_the_reference() {
    let ops = [Op::Read, Op::Write, Op::UnlockRw, Op::UnlockRw, Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 5);
    let ops = [Op::Read, Op::Write, Op::TryRead, Op::TryWrite, Op::UnlockRw, Op::UnlockRw, Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 6);
    compare(&ops, 2..=2, 3..=4, 7);
}

#[test]
fn condition_variables_agree_with_the_reference() {
    let ops = [Op::Lock(0), Op::Unlock(0), Op::Wait, Op::WaitTimeout, Op::NotifyOne, Op::NotifyAll, Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 8);
    compare(&ops, 2..=2, 3..=5, 9);
}

#[test]
fn channels_agree_with_the_reference() {
    let ops = [Op::Send, Op::Recv, Op::Add(0), Op::Load(0)];
    compare(&ops, 2..=3, 1..=3, 10);
    let ops = [Op::RecvTimeout, Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 17);
    let ops = [Op::Send, Op::TrySend, Op::RecvTimeout, Op::Recv, Op::TryRecv, Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 11);
    compare(&ops, 2..=2, 3..=4, 12);
}

#[test]
fn initialisation_agrees_with_the_reference() {
    let ops = [Op::GetOrInit, Op::Get, Op::Load(1), Op::Lock(0), Op::Unlock(0)];
    compare(&ops, 2..=3, 1..=3, 13);
}

#[test]
fn parking_agrees_with_the_reference() {
    let ops = [Op::Park, Op::Unpark(0), Op::Unpark(1), Op::Unpark(2), Op::Add(0)];
    compare(&ops, 2..=3, 1..=3, 14);
}

#[test]
fn everything_together_agrees_with_the_reference() {
    let ops = [
        Op::Load(0),
        Op::Add(0),
        Op::Lock(0),
        Op::TryLock(0),
        Op::Unlock(0),
        Op::Wait,
        Op::NotifyOne,
        Op::Read,
        Op::TryRead,
        Op::Write,
        Op::UnlockRw,
        Op::Send,
        Op::TryRecv,
        Op::GetOrInit,
        Op::Get,
        Op::Park,
        Op::Unpark(0),
        Op::Unpark(1),
        Op::Yield,
    ];
    compare(&ops, 2..=2, 2..=5, 15);
    compare(&ops, 3..=3, 1..=2, 16);
}
