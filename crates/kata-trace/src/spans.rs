//! What lasts: lives, holds, waits and values, each from one step to another.
//!
//! Steps are numbered from 1. A span holds after step `from`, and no longer after step `until`.

use serde::Serialize;

use crate::diagnosis::holding::{Holding, Mode};
use crate::{ObjectId, Op, ThreadId, Trace};

/// A thread lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Life {
    /// Who.
    pub thread: ThreadId,
    /// It was spawned in this step; 0 for the thread that runs the scenario.
    pub from: usize,
    /// It ended in this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<usize>,
}

/// A thread holds a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Who.
    pub thread: ThreadId,
    /// What.
    pub object: ObjectId,
    /// Others may hold it, too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub shared: bool,
    /// It was acquired in this step.
    pub from: usize,
    /// It was released in this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<usize>,
}

/// A thread waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    /// Who.
    pub thread: ThreadId,
    /// For what, if it is an object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectId>,
    /// It found in this step that it had to wait.
    pub from: usize,
    /// It went on in this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<usize>,
}

/// An object has a value from a step on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What.
    pub object: ObjectId,
    /// From this step on.
    pub from: usize,
    /// The value, as text.
    pub value: String,
}

/// Whether a span holds after a step.
fn holds_after(step: usize, from: usize, until: Option<usize>) -> bool {
    from <= step && until.is_none_or(|until| step < until)
}

impl Life {
    /// Whether the thread lives after a step.
    pub fn holds_after(&self, step: usize) -> bool {
        holds_after(step, self.from, self.until)
    }
}

impl Hold {
    /// Whether the lock is held after a step.
    pub fn holds_after(&self, step: usize) -> bool {
        holds_after(step, self.from, self.until)
    }
}

impl Wait {
    /// Whether the thread waits after a step.
    pub fn holds_after(&self, step: usize) -> bool {
        holds_after(step, self.from, self.until)
    }
}

/// Everything that lasts in an execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    lives: Vec<Life>,
    holds: Vec<Hold>,
    waits: Vec<Wait>,
    changes: Vec<Change>,
}

impl Spans {
    /// What lasts in this execution.
    pub fn of(trace: &Trace) -> Self {
        Spans { lives: lives(trace), holds: holds(trace), waits: waits(trace), changes: changes(trace) }
    }

    /// Whether a thread lives after a step.
    pub fn lives(&self, thread: ThreadId, step: usize) -> bool {
        self.lives.iter().any(|life| life.thread == thread && life.holds_after(step))
    }

    /// Who holds an object after a step, oldest first.
    pub fn holders(&self, object: ObjectId, step: usize) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.object == object && hold.holds_after(step))
    }

    /// Who waits after a step, oldest first.
    pub fn waits(&self, step: usize) -> impl Iterator<Item = &Wait> {
        self.waits.iter().filter(move |wait| wait.holds_after(step))
    }

    /// The value of an object after a step, as far as it is known.
    pub fn value(&self, object: ObjectId, step: usize) -> Option<&str> {
        let known = self.changes.iter().rev().find(|change| change.object == object && change.from <= step);
        known.map(|change| change.value.as_str())
    }
}

/// The lives of the threads that have one.
pub fn lives(trace: &Trace) -> Vec<Life> {
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

/// The holds of locks, in the order in which they begin.
pub fn holds(trace: &Trace) -> Vec<Hold> {
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

/// The waits, in the order in which they begin.
pub fn waits(trace: &Trace) -> Vec<Wait> {
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
pub fn changes(trace: &Trace) -> Vec<Change> {
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
                    event.after.as_ref().or(event.before.as_ref()).map(ToString::to_string)
                }
            }
            Op::Arrive | Op::Quiesce | Op::Poll | Op::BlockingCall => None,
            _ => event.after.as_ref().map(ToString::to_string),
        };
        if let Some(value) = value.filter(|value| known.as_ref() != Some(value)) {
            changes.push(Change { object, from: index + 1, value });
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

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

    #[test]
    fn what_holds_after_a_step_can_be_asked() {
        let trace = script::trace("main: spawn t1\nt1: lock a =7\nmain: lock a blocked\nt1: unlock a 7->8\nt1: exit");
        let spans = Spans::of(&trace);
        let at = |step| {
            let holders: Vec<_> = spans.holders(0, step).map(|hold| hold.thread).collect();
            let waiters: Vec<_> = spans.waits(step).map(|wait| wait.thread).collect();
            (spans.lives(1, step), holders, waiters, spans.value(0, step))
        };
        assert_eq!(
            [at(0), at(1), at(2), at(3), at(4), at(5)],
            [
                (false, vec![], vec![], None),
                (true, vec![], vec![], None),
                (true, vec![1], vec![], Some("7")),
                (true, vec![1], vec![0], Some("7")),
                (true, vec![], vec![0], Some("8")),
                (false, vec![], vec![0], Some("8")),
            ]
        );
    }
}
