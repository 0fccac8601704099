//! One lock around everything that the world knows: who holds what, who waits for what, what happened.
//!
//! Every primitive of the world is built on it: a wait is data (a [`Reason`]), so that whether it can end is a
//! question that the state itself answers. That is what makes a standstill a fact rather than a guess.

use std::panic::Location;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use kata::Failure;
use kata::harness::{self, Finding};
use kata_trace::{DeadlockKind, Evidence, Op, Verdict};

use crate::frame::{self, Frame};
use crate::lane::{Lane, LaneId, LaneKind, Reason, Status, Wait};
use crate::state::{State, Step};
use crate::{standstill, trace};

static STATE: Mutex<State> = Mutex::new(State::new());
static CHANGED: Condvar = Condvar::new();

/// The state, locked.
pub(crate) type Guard = MutexGuard<'static, State>;

/// Locks the state.
pub(crate) fn enter() -> Guard {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Locks the state, from a thread that may be in the middle of changing it: then there is none to give.
pub(crate) fn try_enter() -> Option<Guard> {
    // Another thread lets the state go within microseconds; this one never does.
    for _ in 0..1_000 {
        match STATE.try_lock() {
            Ok(state) => return Some(state),
            Err(std::sync::TryLockError::Poisoned(error)) => return Some(error.into_inner()),
            Err(std::sync::TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    None
}

/// The current lane; a thread that the world did not start gets one here.
pub(crate) fn current(state: &mut State) -> Frame {
    frame::top().unwrap_or_else(|| {
        let thread = std::thread::current();
        let frame = Frame::of_thread(state.add_lane(Lane::new(LaneKind::Thread, thread.name(), None)));
        frame::adopt(frame);
        frame
    })
}

/// Begins an operation that asks for something: an executor that waits for the end of this lane is now known to wait
/// for more than its last few instructions.
pub(crate) fn ask(at: &'static Location<'static>) -> (Guard, Frame) {
    harness::seen_at(at);
    let mut state = enter();
    let frame = current(&mut state);
    if let Some(joiner) = state.lanes[frame.lane].joined {
        blocked_waiter(state, joiner);
    }
    let lane = &mut state.lanes[frame.lane];
    lane.last = Some(at);
    lane.thread = Some(std::thread::current().id());
    if let Some(pool) = lane.pool {
        state.count_pool(pool);
    }
    (state, frame)
}

/// Begins an operation that gives something up.
pub(crate) fn give() -> (Guard, Frame) {
    let mut state = enter();
    let frame = current(&mut state);
    (state, frame)
}

/// Tells everybody who waits that something changed.
pub(crate) fn changed(state: &mut State) {
    state.epoch += 1;
    CHANGED.notify_all();
}

/// Waits until `wait.reason` has happened (true) or its deadline has passed (false).
pub(crate) fn wait(mut state: Guard, frame: Frame, wait: Wait) -> (Guard, bool) {
    if state.is_over(frame.lane, wait.reason) {
        return (state, true);
    }
    if let Reason::Lock { object, shared } = wait.reason {
        state = refuse_second_lock(state, frame, &wait, object, shared);
    }
    if wait.polling {
        state = refuse_in_poll(state, frame, &wait);
    }
    state.lanes[frame.lane].status = Status::Waiting(wait);
    if let Some(victim) = executor_behind(&state, frame.lane) {
        blocked_waiter(state, victim);
    }
    changed(&mut state);
    let over = loop {
        if state.is_over(frame.lane, wait.reason) {
            break true;
        }
        state = standstill::check(state);
        state = match wait.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now())) {
            None => CHANGED.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(left) if left.is_zero() => break false,
            Some(left) => CHANGED.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
        };
    };
    state.lanes[frame.lane].status = Status::Running;
    changed(&mut state);
    (state, over)
}

/// Waits until `wait.reason` has happened, which the system says rather than the state: `sleep` returns then.
#[cfg(unix)]
pub(crate) fn wait_outside(mut state: Guard, frame: Frame, wait: Wait, sleep: impl Fn()) -> Guard {
    if state.is_over(frame.lane, wait.reason) {
        return state;
    }
    if wait.polling {
        state = refuse_in_poll(state, frame, &wait);
    }
    state.lanes[frame.lane].status = Status::Waiting(wait);
    if let Some(victim) = executor_behind(&state, frame.lane) {
        blocked_waiter(state, victim);
    }
    changed(&mut state);
    while !state.is_over(frame.lane, wait.reason) {
        drop(state);
        sleep();
        state = enter();
    }
    state.lanes[frame.lane].status = Status::Running;
    changed(&mut state);
    state
}

/// A thread that asks for a lock which the same thread holds waits for itself.
fn refuse_second_lock(mut state: Guard, frame: Frame, wait: &Wait, object: usize, shared: bool) -> Guard {
    let thread = std::thread::current().id();
    // A reader that reads again waits for a writer in between, not for itself.
    let exclusive = state.is_written(object);
    let own = (state.holders(object))
        .filter(|_| exclusive || !shared)
        .find_map(|lane| state.lanes[lane].held.iter().find(|held| held.object == object && held.thread == thread))
        .copied();
    let Some(held) = own else { return state };
    state.record(frame.lane, Step::new(wait.op, Some(wait.at)).on(object).blocked());
    fail(
        state,
        Failure {
            verdict: Verdict::Deadlock,
            kind: Some(DeadlockKind::SelfDeadlock),
            message: format!(
                "`{}` waits for a lock that this thread has held since {}:{}",
                wait.call,
                held.at.file(),
                held.at.line()
            ),
            at: Some(wait.at.into()),
        },
        Past::Of(frame.lane),
    )
}

/// What a poll may wait for: a lock whose holder is about to release it, and a thread that is about to end. Neither
/// is blamed before the other side is seen to do something else.
fn refuse_in_poll(state: Guard, frame: Frame, wait: &Wait) -> Guard {
    let owner_waits = |lane: LaneId| {
        state.lanes[lane].waits().is_some_and(|other| !matches!(other.reason, Reason::Lock { .. }))
            || matches!(state.lanes[lane].status, Status::Suspended)
    };
    let tolerable = match wait.reason {
        Reason::Lock { object, .. } => !state.holders(object).any(owner_waits),
        Reason::Finished { lane } => !owner_waits(lane),
        Reason::Shutdown => true,
        _ => false,
    };
    if !tolerable {
        blocked_executor(state, frame.lane, wait.call, wait.at, why(wait.reason));
    }
    let mut state = state;
    if let Reason::Finished { lane } = wait.reason {
        state.lanes[lane].joined = Some(frame.lane);
    }
    state
}

/// An executor's lane that waits for a lock which `lane` holds, if `lane` waits for anything but a lock.
fn executor_behind(state: &State, lane: LaneId) -> Option<LaneId> {
    let wait = state.lanes[lane].waits()?;
    if matches!(wait.reason, Reason::Lock { .. }) {
        return None;
    }
    state.lanes[lane].held.iter().find_map(|held| {
        (state.lanes.iter()).position(|other| {
            other.waits().is_some_and(|wait| {
                wait.polling && matches!(wait.reason, Reason::Lock { object, .. } if object == held.object)
            })
        })
    })
}

fn blocked_waiter(state: Guard, victim: LaneId) -> ! {
    let Some(wait) = state.lanes[victim].waits().copied() else {
        unreachable!("lane {victim} was found because it waits");
    };
    blocked_executor(state, victim, wait.call, wait.at, why(wait.reason))
}

/// What is wrong with a wait that could have been short.
fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::Lock { .. } => "who holds the lock waits for something else",
        Reason::Finished { .. } => "the thread still has work to do",
        _ => "",
    }
}

/// Ends the scenario: `call` in `lane` keeps an executor's thread.
pub(crate) fn blocked_executor(
    mut state: Guard,
    lane: LaneId,
    call: &str,
    at: &'static Location<'static>,
    why: &str,
) -> ! {
    let starved = state.starved(lane);
    let mut step = Step::new(Op::BlockingCall, Some(at)).text(call);
    step.peer = starved;
    state.record(lane, step);
    let mut message = format!("`{call}` keeps the executor's thread inside a poll of `{}`", state.lane_name(lane));
    if !why.is_empty() {
        message.push_str(": ");
        message.push_str(why);
    }
    message.push_str(&match starved {
        Some(task) => format!("; `{}` gets no turn on this thread until it returns", state.lane_name(task)),
        None => "; no other task gets a turn on this thread until it returns".to_owned(),
    });
    fail(state, Failure { verdict: Verdict::BlockedExecutor, kind: None, message, at: Some(at.into()) }, Past::Of(lane))
}

/// Which part of the log a failure shows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Past {
    /// What the lane can have known of: other threads' events that nothing connects with it are left out, so that the
    /// trace does not depend on how far they had come.
    Of(LaneId),
    /// Everything: nobody can go on.
    Everybody,
}

/// Ends the process with a failure and the log that led to it.
pub(crate) fn fail(state: Guard, failure: Failure, past: Past) -> ! {
    let trace = trace::write(&state, past);
    // The state stays locked: nobody else goes on.
    harness::answer(Finding::failed(failure, evidence(), None, Some(trace)))
}

/// One run was observed; nothing was explored.
pub(crate) fn evidence() -> Evidence {
    Evidence { executions: 1, ..Evidence::default() }
}
