//! Who holds what, and who is stuck on what.

use crate::{Event, ObjectId, Op, ThreadId, Trace};

use super::waiting::{Waiting, Why};

/// How a lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// A mutex, or a reader–writer lock for writing.
    Exclusive,
    /// A reader–writer lock for reading.
    Shared,
    /// A `Once`, `OnceLock` or `LazyLock` whose initialiser is running.
    Initialiser,
}

/// A hold of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Who holds it.
    pub thread: ThreadId,
    /// What is held.
    pub object: ObjectId,
    /// How.
    pub mode: Mode,
    /// The event that acquired it: an index into [`Trace::events`].
    pub since: usize,
}

/// Who holds what at one point of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    holds: Vec<Hold>,
}

impl Holding {
    /// What is held just before the event with this index; with the number of events, what is held at the end.
    pub fn before(trace: &Trace, index: usize) -> Self {
        let mut holding = Holding::default();
        for (index, event) in trace.events[..index].iter().enumerate() {
            holding.step(index, event);
        }
        holding
    }

    /// What is held at the end of the log.
    pub fn at_end(trace: &Trace) -> Self {
        Self::before(trace, trace.events.len())
    }

    /// Takes one more event into account.
    pub fn step(&mut self, index: usize, event: &Event) {
        let Some(object) = event.object else { return };
        if let Some(mode) = acquires(event) {
            self.holds.push(Hold { thread: event.thread, object, mode, since: index });
        } else if let Some(mode) = releases(event.op) {
            let is_it = |hold: &Hold| hold.object == object && hold.mode == mode;
            // A guard may be dropped by another thread than the one that locked.
            let held = (self.holds.iter().rposition(|hold| is_it(hold) && hold.thread == event.thread))
                .or_else(|| self.holds.iter().rposition(is_it));
            if let Some(position) = held {
                self.holds.remove(position);
            }
        }
    }

    /// The holds of a thread, oldest first.
    pub fn of(&self, thread: ThreadId) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.thread == thread)
    }

    /// The holds of an object, oldest first.
    pub fn holders(&self, object: ObjectId) -> impl Iterator<Item = &Hold> {
        self.holds.iter().filter(move |hold| hold.object == object)
    }
}

/// How an event acquires its object, if it does.
pub(super) fn acquires(event: &Event) -> Option<Mode> {
    if event.blocked {
        return None;
    }
    match event.op {
        Op::Lock | Op::WriteLock => Some(Mode::Exclusive),
        Op::ReadLock => Some(Mode::Shared),
        Op::TryLock | Op::TryWriteLock if event.ok == Some(true) => Some(Mode::Exclusive),
        Op::TryReadLock if event.ok == Some(true) => Some(Mode::Shared),
        Op::InitBegin => Some(Mode::Initialiser),
        _ => None,
    }
}

/// How an operation releases its object, if it does.
pub(super) fn releases(op: Op) -> Option<Mode> {
    match op {
        Op::Unlock | Op::WriteUnlock => Some(Mode::Exclusive),
        Op::ReadUnlock => Some(Mode::Shared),
        Op::InitEnd => Some(Mode::Initialiser),
        _ => None,
    }
}

/// A thread that is stuck when a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck {
    /// Who.
    pub thread: ThreadId,
    /// The attempt that never proceeded: an index into [`Trace::events`].
    pub event: usize,
    /// The hold that stands in its way, if it waits for a lock.
    pub hold: Option<Hold>,
}

/// The threads that are stuck at the end of a log, in the order of their numbers.
pub fn stuck(trace: &Trace) -> Vec<Stuck> {
    let waiting = Waiting::at_end(trace);
    let hold = |thread| {
        waiting.edges_from(thread).find_map(|edge| match edge.why {
            Why::Holds(hold) => Some(hold),
            _ => None,
        })
    };
    let stuck = waiting.stuck.iter().flatten();
    stuck
        .map(|&event| (trace.events[event].thread, event))
        .map(|(thread, event)| Stuck { thread, event, hold: hold(thread) })
        .collect()
}

/// For each thread, the event in which it is stuck at the end of the log: an attempt that never proceeded.
pub(super) fn last_attempts(trace: &Trace) -> Vec<Option<usize>> {
    let mut last = vec![None; trace.threads.len()];
    for (index, event) in trace.events.iter().enumerate() {
        let Some(last) = last.get_mut(usize::from(event.thread)) else { continue };
        let still_waits = last.is_some() && event.op == Op::Wake && event.blocked;
        if !still_waits {
            *last = (event.blocked || event.op == Op::Wait).then_some(index);
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    #[test]
    fn a_lock_is_held_from_its_acquisition_to_its_release() {
        let trace = script::trace(
            "main: lock a :1
             main: try-lock b ok :2
             main: try-lock b failed :3
             main: unlock a :4",
        );
        let held = |index| Holding::before(&trace, index).of(0).map(|hold| hold.object).collect::<Vec<_>>();
        assert_eq!([held(0), held(1), held(2), held(3), held(4)], [vec![], vec![0], vec![0, 1], vec![0, 1], vec![1]]);
    }

    #[test]
    fn a_shared_hold_and_an_exclusive_one_are_told_apart() {
        let trace = script::trace(
            "main: read-lock a :1
             t1: read-lock a :2
             main: read-unlock a
             main: write-lock b :4",
        );
        let holding = Holding::at_end(&trace);
        assert_eq!(
            holding.holders(0).collect::<Vec<_>>(),
            [&Hold { thread: 1, object: 0, mode: Mode::Shared, since: 1 }]
        );
        assert_eq!(
            holding.holders(1).collect::<Vec<_>>(),
            [&Hold { thread: 0, object: 1, mode: Mode::Exclusive, since: 3 }]
        );
    }

    #[test]
    fn a_thread_is_stuck_where_its_last_attempt_never_proceeded() {
        let trace = script::trace(
            "main: lock a blocked :1
             t1: lock b blocked :2
             main: lock a :1
             t2: wait c :3
             t2: wake c blocked :3",
        );
        assert_eq!(last_attempts(&trace), [None, Some(1), Some(3)]);
    }
}
