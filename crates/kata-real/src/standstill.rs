//! When everybody waits, and why.

use kata::Failure;
use kata_trace::{DeadlockKind, ObjectKind, Verdict};

use crate::lane::{LaneId, LaneKind, Reason, Status};
use crate::monitor::{self, Guard, Past};
use crate::object::Part;
use crate::state::State;

/// Ends the scenario if nobody can go on. Exact as long as there are only threads: each waits for something that
/// another would have to do, or runs. What other processes and the threads of pools do, the guardian asks.
pub(crate) fn check(state: Guard) -> Guard {
    // What a child did before it ended is seen by those who wait for it: it is asked first.
    if state.asynchronous || !state.pools.is_empty() || children(&state) != Children::Gone || !is_certain(&state) {
        return state;
    }
    report(state)
}

/// What the children of this process do.
#[cfg(unix)]
pub(crate) use crate::process::{Children, children};

/// What the children of this process do: it has none that the world knows of.
#[cfg(not(unix))]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Children {
    Gone,
}

#[cfg(not(unix))]
pub(crate) fn children(_state: &State) -> Children {
    Children::Gone
}

/// No lane runs or can run, and at least one waits for another.
pub(crate) fn is_certain(state: &State) -> bool {
    let mut anybody = false;
    for (id, lane) in state.lanes.iter().enumerate() {
        match &lane.status {
            Status::Running => return false,
            Status::Waiting(wait) if wait.deadline.is_some() || state.is_over(id, wait.reason) => return false,
            Status::Waiting(_) => anybody = true,
            Status::Ready | Status::Suspended | Status::Done => {}
        }
    }
    anybody
}

/// At least one lane waits, none for a time, and none has what it waits for: if the threads that seem to run sleep
/// inside something that the world does not know, nobody goes on.
pub(crate) fn is_possible(state: &State) -> bool {
    let waiting = || state.lanes.iter().enumerate().filter_map(|(id, lane)| Some((id, lane.waits()?)));
    waiting().next().is_some() && waiting().all(|(id, wait)| wait.deadline.is_none() && !state.is_over(id, wait.reason))
}

/// Says why nobody can go on.
pub(crate) fn report(mut state: Guard) -> ! {
    #[cfg(unix)]
    crate::process::find_blocked(&mut state);
    if let Some((lane, self_made)) = lock_cycle(&state) {
        let wait = *state.lanes[lane].waits().expect("a lane of a cycle waits");
        let kind = if self_made { DeadlockKind::SelfDeadlock } else { DeadlockKind::LockCycle };
        let message = format!("{}: each waits for a lock that the next one holds", names(&state));
        deadlock(state, kind, message, wait.at);
    }
    let find = |test: &dyn Fn(&crate::lane::Wait) -> bool| {
        (state.lanes.iter().enumerate())
            .find_map(|(id, lane)| lane.waits().filter(|wait| test(wait)).map(|wait| (id, *wait)))
    };
    if let Some((lane, wait)) = find(&|wait| wait.polling && wait.reason != Reason::Shutdown) {
        monitor::blocked_executor(state, lane, wait.call, wait.at, "it waits for what never comes");
    }
    let meets = |wait: &crate::lane::Wait| match wait.reason {
        Reason::Generation { object, .. } => state.objects[object].kind == ObjectKind::Rendezvous,
        _ => false,
    };
    if let Some((_, wait)) = find(&meets) {
        let Reason::Generation { object, .. } = wait.reason else { unreachable!("just matched") };
        let Part::Meeting(meeting) = &state.objects[object].part else { unreachable!("just matched") };
        let message = format!(
            "{} must be able to overlap: {} of {} came together, and everybody else waits for them",
            meeting.what, meeting.arrived, meeting.parties
        );
        end(state, Verdict::NotConcurrent, message, wait.at);
    }
    if let Some((_, wait)) = find(&|wait| matches!(wait.reason, Reason::Open { .. })) {
        let Reason::Open { object } = wait.reason else { unreachable!("just matched") };
        let Part::Gate(gate) = &state.objects[object].part else { unreachable!("just matched") };
        let (verdict, message) = (gate.verdict, gate.closed.clone());
        end(state, verdict, message, wait.at);
    }
    if let Some((_, wait)) = find(&|wait| matches!(wait.reason, Reason::Beat { .. })) {
        let message = "the executor does not run its tasks any more: the heartbeat got no turn".to_owned();
        end(state, Verdict::BlockedExecutor, message, wait.at);
    }
    #[cfg(unix)]
    if let Some((_, wait)) = find(&|wait| matches!(wait.reason, Reason::Pipes { .. } | Reason::Exited { .. })) {
        let with_child = state.lanes.iter().any(|lane| lane.stuck.is_some());
        let message = if with_child {
            format!("{} wait for each other", names(&state))
        } else {
            format!("{}, and nobody is left to go on", all_wait(&state))
        };
        deadlock(state, DeadlockKind::Channel, message, wait.at);
    }
    let channel = |wait: &crate::lane::Wait| {
        matches!(wait.reason, Reason::Message { .. } | Reason::Room { .. } | Reason::Taken { .. })
    };
    let message = format!("{}, and nobody is left to go on", all_wait(&state));
    if let Some((_, wait)) = find(&channel) {
        deadlock(state, DeadlockKind::Channel, message, wait.at);
    }
    let (_, wait) = find(&|_| true).expect("somebody waits");
    deadlock(state, DeadlockKind::NobodyWillWake, message, wait.at)
}

fn end(state: Guard, verdict: Verdict, message: String, at: &'static std::panic::Location<'static>) -> ! {
    monitor::fail(state, Failure { verdict, kind: None, message, at: Some(at.into()) }, Past::Everybody)
}

fn deadlock(state: Guard, kind: DeadlockKind, message: String, at: &'static std::panic::Location<'static>) -> ! {
    monitor::fail(
        state,
        Failure { verdict: Verdict::Deadlock, kind: Some(kind), message, at: Some(at.into()) },
        Past::Everybody,
    )
}

/// `main and t1 wait`
fn all_wait(state: &State) -> String {
    let names = names(state);
    let wait = if names.contains(" and ") { "wait" } else { "waits" };
    format!("{names} {wait}")
}

/// The names of those who wait, as the subject of a sentence.
fn names(state: &State) -> String {
    let mut names: Vec<String> = (state.lanes.iter().enumerate())
        .filter(|(_, lane)| {
            lane.waits().is_some()
                || lane.stuck.is_some()
                || (lane.kind == LaneKind::Task && matches!(lane.status, Status::Suspended))
        })
        .map(|(id, _)| state.lane_name(id))
        .collect();
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}

/// A lane on a cycle of waits in which every wait is for a lock, and whether it waits for itself.
fn lock_cycle(state: &State) -> Option<(LaneId, bool)> {
    let behind = |lane: LaneId| -> Vec<LaneId> {
        match state.lanes[lane].waits().map(|wait| wait.reason) {
            // A reader waits for a writer, and for the writers that wait in front of it.
            Some(Reason::Lock { object, shared: true }) => {
                let waiting = state.waiting_for(Reason::Lock { object, shared: false });
                state.holders(object).filter(|_| state.is_written(object)).chain(waiting).collect()
            }
            Some(Reason::Lock { object, shared: false }) => state.holders(object).collect(),
            _ => Vec::new(),
        }
    };
    (0..state.lanes.len()).find_map(|start| {
        let mut seen = vec![false; state.lanes.len()];
        let mut open = behind(start);
        while let Some(lane) = open.pop() {
            if lane == start {
                return Some((start, behind(start).contains(&start)));
            }
            if !std::mem::replace(&mut seen[lane], true) {
                open.extend(behind(lane));
            }
        }
        None
    })
}
