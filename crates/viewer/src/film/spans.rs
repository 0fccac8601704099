//! What lasts: lives, holds, waits and values, each from one step to another.
//!
//! Steps are numbered from 1. A span holds after step `from`, and no longer after step `until`.

use kata_trace::diagnosis::holding::{Holding, Mode};
use kata_trace::{ObjectId, Op, ThreadId, Trace, Value};
use serde::Serialize;

use crate::paint::clean;

/// A thread lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Life {
    thread: ThreadId,
    from: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<usize>,
}

/// A thread holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Hold {
    thread: ThreadId,
    object: ObjectId,
    /// Others may hold it, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    shared: bool,
    from: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<usize>,
}

/// A thread waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Wait {
    thread: ThreadId,
    #[serde(skip_serializing_if = "Option::is_none")]
    object: Option<ObjectId>,
    from: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<usize>,
}

/// An object has a value from a step on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Change {
    object: ObjectId,
    from: usize,
    value: String,
}

pub(super) fn lives(trace: &Trace) -> Vec<Life> {
    let threads = 0..ThreadId::try_from(trace.threads.len()).unwrap_or(ThreadId::MAX);
    let life = |thread| {
        let spawned = trace.events.iter().position(|event| event.op == Op::Spawn && event.peer == Some(thread));
        let first = trace.events.iter().position(|event| event.thread == thread);
        let ended =
            trace.events.iter().rposition(|event| event.thread == thread && matches!(event.op, Op::Exit | Op::Panic));
        let from = if thread == 0 { 0 } else { spawned.or(first)? + 1 };
        Some(Life { thread, from, until: ended.map(|index| index + 1) })
    };
    threads.filter_map(life).collect()
}

pub(super) fn holds(trace: &Trace) -> Vec<Hold> {
    let mut holds: Vec<Hold> = Vec::new();
    let mut holding = Holding::default();
    for (index, event) in trace.events.iter().enumerate() {
        holding.step(index, event);
        let Some(object) = event.object else { continue };
        let now: Vec<_> = holding.holders(object).copied().collect();
        for open in holds.iter_mut().filter(|hold| hold.object == object && hold.until.is_none()) {
            if !now.iter().any(|hold| hold.since + 1 == open.from) {
                open.until = Some(index + 1);
            }
        }
        let new = now.iter().filter(|hold| hold.since == index);
        holds.extend(new.map(|hold| Hold {
            thread: hold.thread,
            object,
            shared: hold.mode == Mode::Shared,
            from: index + 1,
            until: None,
        }));
    }
    holds
}

pub(super) fn waits(trace: &Trace) -> Vec<Wait> {
    let mut waits: Vec<Wait> = Vec::new();
    for (index, event) in trace.events.iter().enumerate() {
        let open = waits.iter_mut().find(|wait| wait.thread == event.thread && wait.until.is_none());
        match (event.blocked || event.op == Op::Wait, open) {
            (true, None) => {
                waits.push(Wait { thread: event.thread, object: event.object, from: index + 1, until: None });
            }
            (false, Some(open)) => open.until = Some(index + 1),
            _ => {}
        }
    }
    waits
}

/// The values of locks and atomics, and how much is in channels.
pub(super) fn changes(trace: &Trace) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    let mut queued = vec![0_usize; trace.objects.len()];
    for (index, event) in trace.events.iter().enumerate() {
        let Some(object) = event.object else { continue };
        if event.blocked {
            continue;
        }
        let known = changes.iter().rev().find(|change| change.object == object).map(|change| change.value.clone());
        let failed = event.ok == Some(false);
        let value = match event.op {
            Op::Send | Op::TrySend | Op::Recv | Op::TryRecv if !failed => {
                let Some(queued) = queued.get_mut(object as usize) else { continue };
                let sends = matches!(event.op, Op::Send | Op::TrySend);
                *queued = if sends { *queued + 1 } else { queued.saturating_sub(1) };
                Some(format!("{queued} queued"))
            }
            Op::Send | Op::TrySend | Op::Recv | Op::TryRecv => None,
            // What a thread reads need not be the latest value; it tells the first.
            Op::Load | Op::CompareExchange if event.op == Op::Load || failed => {
                if known.is_some() {
                    None
                } else {
                    event.after.as_ref().or(event.before.as_ref()).map(shown)
                }
            }
            Op::Arrive | Op::Poll | Op::BlockingCall => None,
            _ => event.after.as_ref().map(shown),
        };
        if let Some(value) = value.filter(|value| known.as_ref() != Some(value)) {
            changes.push(Change { object, from: index + 1, value });
        }
    }
    changes
}

fn shown(value: &Value) -> String {
    clean(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use kata_trace::script;

    #[test]
    fn a_lock_is_held_until_it_is_released() {
        let trace = script::trace("t1: lock a\nt1: lock b\nt1: unlock a\nt2: read-lock c\nt1: lock a");
        let spans: Vec<_> =
            holds(&trace).iter().map(|hold| (hold.object, hold.from, hold.until, hold.shared)).collect();
        assert_eq!(spans, [(0, 1, Some(3), false), (1, 2, None, false), (2, 4, None, true), (0, 5, None, false)]);
    }

    #[test]
    fn a_thread_waits_until_it_goes_on() {
        let trace =
            script::trace("t1: lock a blocked\nt2: unlock a\nt1: lock a\nt1: wait c\nt1: wake c blocked\nt2: exit");
        let spans: Vec<_> = waits(&trace).iter().map(|wait| (wait.object, wait.from, wait.until)).collect();
        assert_eq!(spans, [(Some(0), 1, Some(3)), (Some(1), 4, None)]);
    }

    #[test]
    fn a_value_is_known_from_the_step_that_told_it() {
        let trace =
            script::trace("t1: load a =0\nt1: rmw a 0->1\nt2: load a =0\nt1: store a =1\nt1: send c =7\nt2: recv c =7");
        let told: Vec<_> = changes(&trace)
            .iter()
            .map(|change| format!("{}@{}: {}", change.object, change.from, change.value))
            .collect();
        assert_eq!(told, ["0@1: 0", "0@2: 1", "1@5: 1 queued", "1@6: 0 queued"]);
    }
}
