//! What the processes that were started are doing.

use std::panic::Location;

use kata::{Failure, Scalar};
use kata_trace::{Op, Verdict};
use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};

use super::pipe::Pipe;
use crate::frame::Frame;
use crate::lane::{LaneId, ObjectIndex, Status};
use crate::monitor::{self, Guard, Past};
use crate::object::Part;
use crate::state::{State, Step};

/// Questions whether a process has ended that are asked in vain, with nothing else happening in between, before the
/// loop counts as one that never ends.
const PATIENCE: u32 = 3;

/// A process that was started.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) lane: LaneId,
    pub(crate) pid: Pid,
    pub(crate) reaped: bool,
    /// It is a script, which says where it sleeps.
    scripted: bool,
    /// This process's ends of its standard input, output and error.
    pipes: [Option<ObjectIndex>; 3],
    /// How often it was asked in vain whether it has ended, by whom, and what had happened up to then.
    asked: Option<(LaneId, u64, u32)>,
}

impl Process {
    pub(super) fn new(
        child: &std::process::Child,
        lane: LaneId,
        pipes: [Option<ObjectIndex>; 3],
        scripted: bool,
    ) -> Self {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw).expect("a child has a positive number");
        Process { lane, pid, reaped: false, scripted, pipes, asked: None }
    }
}

/// Whether a process has ended. It is not reaped by that.
pub(crate) fn has_ended(process: &Process) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    process.reaped || !matches!(waitid(WaitId::Pid(process.pid), options), Ok(None))
}

/// Sleeps until a process has ended. It is not reaped by that.
pub(super) fn sleep_until_ended(pid: Pid) {
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {}
}

/// A process has ended, and was waited for.
pub(super) fn reap(state: &mut State, process: usize) {
    let lane = state.processes[process].lane;
    if !std::mem::replace(&mut state.processes[process].reaped, true) {
        state.record(lane, Step::new(Op::Exit, None));
        state.finish(lane);
        state.traffic += 1;
    }
}

/// Where a process sleeps: the number of its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Over,
    Reads(usize),
    Writes(usize),
    /// It runs, or sleeps nobody knows why.
    Something,
    /// The system does not say.
    Unclear,
}

fn doing(process: &Process) -> Doing {
    if has_ended(process) {
        return Doing::Over;
    }
    if !process.scripted {
        return Doing::Something;
    }
    look(process)
}

/// What a script does: its name says at which end it is, and the system whether it sleeps there.
#[cfg(target_os = "linux")]
fn look(process: &Process) -> Doing {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{}/stat", process.pid.as_raw_nonzero())) else {
        return Doing::Unclear;
    };
    let Some((name, rest)) = stat.split_once('(').and_then(|(_, rest)| rest.rsplit_once(')')) else {
        return Doing::Unclear;
    };
    if !rest.trim_start().starts_with('S') {
        return Doing::Something;
    }
    super::script::asleep(name)
        .map_or(Doing::Something, |(reads, stream)| if reads { Doing::Reads(stream) } else { Doing::Writes(stream) })
}

#[cfg(not(target_os = "linux"))]
fn look(_process: &Process) -> Doing {
    Doing::Unclear
}

/// What the children do, all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Children {
    /// There are none, or all of them have ended.
    Gone,
    /// All that live sleep at an end of a pipe.
    Blocked,
    /// The system does not say.
    Unclear,
    /// Somebody runs, or may.
    Busy,
}

/// What the children do. Ask before asking whether somebody here can go on: what a child did before it fell asleep is
/// seen then.
pub(crate) fn children(state: &State) -> Children {
    let mut all = Children::Gone;
    for process in state.processes.iter().filter(|process| !process.reaped) {
        all = match (doing(process), all) {
            (Doing::Something, _) => return Children::Busy,
            (Doing::Over, all) => all,
            (Doing::Unclear, _) | (_, Children::Unclear) => Children::Unclear,
            _ => Children::Blocked,
        };
    }
    all
}

/// Whether a process sleeps at an end of a pipe.
fn is_blocked(process: &Process) -> bool {
    matches!(doing(process), Doing::Reads(_) | Doing::Writes(_))
}

/// Writes down where the children sleep, for what is told of a standstill. Where the system does not say, a pipe that is
/// full tells, or one that is empty.
pub(crate) fn find_blocked(state: &mut State) {
    for index in 0..state.processes.len() {
        let process = &state.processes[index];
        let holds = |stream: usize| match &state.objects[process.pipes[stream]?].part {
            Part::Pipe(pipe) => pipe.holds(),
            _ => None,
        };
        let (reads, stream) = match doing(process) {
            Doing::Reads(stream) => (true, stream),
            Doing::Writes(stream) => (false, stream),
            Doing::Unclear => match (1..=2).find(|&stream| holds(stream).is_some_and(|bytes| bytes > 0)) {
                Some(stream) => (false, stream),
                None => (true, 0),
            },
            Doing::Over | Doing::Something => continue,
        };
        let Some(object) = process.pipes[stream] else { continue };
        let mut entry = kata::Entry::new(0, if reads { Op::ReadPipe } else { Op::WritePipe }, None);
        entry.blocked = true;
        entry.after = holds(stream).filter(|_| !reads).map_or(Scalar::None, Scalar::Uint);
        let lane = process.lane;
        state.lanes[lane].stuck = Some((entry, object));
    }
}

/// Whether anybody but this lane runs, or has what it waits for.
fn is_anybody_else_able(state: &State, lane: LaneId) -> bool {
    state.lanes.iter().enumerate().filter(|&(id, _)| id != lane).any(|(id, other)| match &other.status {
        Status::Running => true,
        Status::Waiting(wait) => wait.deadline.is_some() || state.is_over(id, wait.reason),
        Status::Ready | Status::Suspended | Status::Done => false,
    })
}

/// Counts a question that was answered with “not yet”. If only this lane can go on, and it only asks, that is the answer
/// for ever.
pub(super) fn asked_in_vain(mut state: Guard, frame: Frame, process: usize, at: &'static Location<'static>) {
    let traffic = state.traffic;
    let in_vain = !state.asynchronous
        && is_blocked(&state.processes[process])
        && children(&state) == Children::Blocked
        && !is_anybody_else_able(&state, frame.lane);
    let asked = match state.processes[process].asked {
        _ if !in_vain => None,
        Some((lane, before, times)) if lane == frame.lane && before == traffic => Some((lane, traffic, times + 1)),
        _ => Some((frame.lane, traffic, 1)),
    };
    state.processes[process].asked = asked;
    if asked.is_none_or(|(_, _, times)| times < PATIENCE) {
        return;
    }
    let child = state.processes[process].lane;
    // How often it slept in between depends on how fast the child was.
    let events = &mut state.lanes[frame.lane].events;
    while events.back().is_some_and(|last| last.entry.op == Op::Sleep) {
        events.pop_back();
    }
    state.record(frame.lane, Step::new(Op::Join, Some(at)).with(child).text("try_wait").ok(false));
    find_blocked(&mut state);
    let message = format!(
        "`{}` asks over and over whether `{}` has ended, and nobody does anything that would let it end",
        state.lane_name(frame.lane),
        state.lane_name(child)
    );
    let failure = Failure { verdict: Verdict::Livelock, kind: None, message, at: Some(at.into()) };
    monitor::fail(state, failure, Past::Everybody)
}

/// What is told of the ends of pipes.
impl Pipe {
    /// The number of bytes for an attempt to write.
    pub(crate) fn fullness(&self) -> Scalar {
        self.holds().map_or(Scalar::None, Scalar::Uint)
    }
}
