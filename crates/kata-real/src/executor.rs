//! What stands between an executor and its tasks, and what hidden tests can ask about it.
//!
//! A stand-in for an executor wraps every future that it is given ([`watch`], [`watch_local`], [`watch_root`]) and every closure that
//! may block ([`may_block`], [`blocking`]). Inside a poll, the world's calls that would block the thread are reported
//! before they block.

mod heartbeat;
mod watched;

use std::cell::RefCell;
use std::panic::Location;

use kata::Failure;
use kata_trace::{Op, Verdict};

pub use heartbeat::{Beat, Heartbeat};
pub use watched::{Watched, watch, watch_local, watch_root};

use crate::frame::{self, Frame};
use crate::lane::{LaneId, LaneKind, Reason, Status, Wait};
use crate::monitor::Past;
use crate::state::Step;
use crate::{monitor, spin, standstill};

/// Whether the current thread is an executor's, in the middle of a poll: a call that blocks here blocks every task of
/// this thread. False in `spawn_blocking`, in `block_in_place`, and in threads of one's own.
#[must_use]
pub fn in_poll() -> bool {
    frame::top().is_some_and(|frame| frame.polling)
}

/// One poll of one task: what runs between two points at which the task lets others go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Turn {
    task: LaneId,
    poll: u64,
}

/// The poll that the current thread is in the middle of.
#[must_use]
pub fn current_turn() -> Option<Turn> {
    let frame = frame::top().filter(|frame| frame.polling)?;
    Some(Turn { task: frame.lane, poll: monitor::enter().lanes[frame.lane].polls })
}

/// How often the current task has been polled, this poll included; 0 outside a poll.
#[must_use]
pub fn polls_of_current_task() -> u64 {
    current_turn().map_or(0, |turn| turn.poll)
}

/// Writes a call that takes long, made at `at`, into what the learner is shown.
pub fn blocking_call(call: &str, at: &'static Location<'static>) {
    let (mut state, frame) = monitor::ask(at);
    state.record(frame.lane, Step::new(Op::BlockingCall, Some(at)).text(call));
}

/// Ends the scenario as `blocked-executor`: `call`, made at `at`, keeps the executor's thread, says the oracle of a
/// hidden test. `why` completes the sentence "… keeps the executor's thread inside a poll of task 1: ".
pub fn blocked(call: &str, at: &'static Location<'static>, why: &str) -> ! {
    let (state, frame) = monitor::give();
    monitor::blocked_executor(state, frame.lane, call, at, why)
}

/// Ends the scenario as `livelock` at the place where the current task last reached the world: it is polled over and
/// over and does not get on, says the oracle of a hidden test.
pub fn busy(message: impl Into<String>) -> ! {
    let (state, frame) = monitor::give();
    let lane = &state.lanes[frame.lane];
    let at = lane.last.or(lane.spawned).map(Into::into);
    let failure = Failure { verdict: Verdict::Livelock, kind: None, message: message.into(), at };
    monitor::fail(state, failure, Past::Of(frame.lane))
}

thread_local! {
    static NAME: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Gives the tasks that `spawn` spawns a name in what the learner is shown.
pub fn name_tasks<T>(name: &str, spawn: impl FnOnce() -> T) -> T {
    let outer = NAME.replace(Some(name.to_owned()));
    let result = spawn();
    NAME.set(outer);
    result
}

fn task_name() -> Option<String> {
    NAME.with_borrow(Clone::clone)
}

/// A closure for an executor's blocking pool: it has a lane of its own, and may block.
pub fn blocking<T>(f: impl FnOnce() -> T, at: &'static Location<'static>) -> Job<impl FnOnce() -> T> {
    let (mut state, frame) = monitor::ask(at);
    state.asynchronous = true;
    let lane = state.spawn(frame.lane, LaneKind::Blocking, task_name().as_deref(), at);
    monitor::changed(&mut state);
    let end = End { lane };
    let run = move || {
        let end = end;
        let mut state = monitor::enter();
        state.begin_thread();
        state.lanes[end.lane].status = Status::Running;
        drop(state);
        let _frame = frame::enter(Frame::of_thread(end.lane));
        let result = f();
        drop(end);
        result
    };
    Job { lane: Finish(lane), run }
}

/// See [`blocking`].
#[derive(Debug)]
pub struct Job<F> {
    /// What to ask when it is waited for.
    pub lane: Finish,
    /// What to run.
    pub run: F,
}

/// The end of a task, or of a closure on the blocking pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Finish(LaneId);

impl Finish {
    /// The current lane has learned that this one is over, and its result.
    pub fn learned(self) {
        let (mut state, frame) = monitor::give();
        state.learn(frame.lane, self.0);
    }

    /// The current lane asks whether it is over: `finished` is the answer. Asking over and over in one poll is
    /// reported as what it is.
    pub fn asked(self, finished: bool, call: &'static str, at: &'static Location<'static>) {
        let (state, frame) = monitor::ask(at);
        if !finished {
            spin::in_vain(state, frame, call, at);
        }
    }
}

/// Ends a lane, whatever happens to it.
#[derive(Debug)]
struct End {
    lane: LaneId,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut state = monitor::enter();
        let lane = &state.lanes[self.lane];
        // A closure that the pool never began has no thread.
        if lane.kind == LaneKind::Blocking && matches!(lane.status, Status::Running) {
            let at = lane.last;
            state.live -= 1;
            state.record(self.lane, Step::new(Op::Exit, at));
        }
        state.finish(self.lane);
        monitor::changed(&mut state);
    }
}

/// Runs `f` where it may block although the thread is in the middle of a poll: the executor has been told to go on
/// elsewhere.
pub fn may_block<T>(f: impl FnOnce() -> T) -> T {
    let frame = {
        let mut state = monitor::enter();
        monitor::current(&mut state)
    };
    let _frame = frame::enter(Frame { polling: false, ..frame });
    f()
}

/// Runs `f`, which waits for an executor to shut down: that its threads are gone is something that the world cannot
/// see coming.
pub fn shut_down<T>(f: impl FnOnce() -> T, at: &'static Location<'static>) -> T {
    let (mut state, frame) = monitor::give();
    let wait = Wait {
        reason: Reason::Shutdown,
        op: Op::Join,
        call: "the end of the runtime",
        at,
        deadline: None,
        polling: frame.polling,
    };
    let before = std::mem::replace(&mut state.lanes[frame.lane].status, Status::Waiting(wait));
    monitor::changed(&mut state);
    drop(state);
    let result = f();
    let mut state = monitor::enter();
    state.lanes[frame.lane].status = before;
    monitor::changed(&mut state);
    drop(standstill::check(state));
    result
}
