//! The accesses to one variable: an atomic, or the value that a lock protects.

use std::collections::BTreeMap;

use crate::{Event, ObjectId, ObjectKind, Op, ThreadId, Trace, Value};

use super::holding::acquires;
use super::order::{reads_atomic, writes_atomic};

/// How a variable was accessed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// From a lock's acquisition to its release: reads, and perhaps writes.
    Section,
    /// An atomic read or write.
    Plain,
    /// A read and a write in one atomic step.
    Update,
    /// A compare-and-exchange that exchanged.
    Exchange,
}

/// One access to a variable, in which no other thread can intervene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) object: ObjectId,
    pub(super) thread: ThreadId,
    pub(super) kind: Kind,
    /// The first event of it.
    pub(super) first: usize,
    /// The last event of it; `None` for a section that is still open when the log ends.
    pub(super) last: Option<usize>,
    pub(super) reads: bool,
    pub(super) writes: bool,
    /// The value that it found.
    pub(super) found: Option<Value>,
    /// The value that it left.
    pub(super) left: Option<Value>,
    /// The event whose place is that of the write.
    pub(super) wrote: usize,
}

impl Access {
    fn new(event: &Event, object: ObjectId, index: usize, kind: Kind) -> Self {
        Access {
            object,
            thread: event.thread,
            kind,
            first: index,
            last: Some(index),
            reads: false,
            writes: false,
            found: None,
            left: None,
            wrote: index,
        }
    }

    /// Reads and does nothing else.
    pub(super) fn only_reads(&self) -> bool {
        self.reads && !self.writes
    }
}

/// The accesses to each variable, in the order of their first events.
pub(super) fn accesses(trace: &Trace) -> BTreeMap<ObjectId, Vec<Access>> {
    let mut variables: BTreeMap<ObjectId, Vec<Access>> = BTreeMap::new();
    for (index, event) in trace.events.iter().enumerate() {
        let Some(object) = event.object else { continue };
        let accesses = variables.entry(object).or_default();
        if is_lock(trace, object) {
            section(accesses, event, object, index);
        } else if (reads_atomic(event) || writes_atomic(event)) && !event.blocked {
            accesses.push(atomic(event, object, index));
        }
    }
    variables.retain(|_, accesses| !accesses.is_empty());
    variables
}

fn is_lock(trace: &Trace, object: ObjectId) -> bool {
    let kind = trace.objects.get(object as usize).map(|object| object.kind);
    matches!(kind, Some(ObjectKind::Mutex | ObjectKind::RwLock))
}

fn section(accesses: &mut Vec<Access>, event: &Event, object: ObjectId, index: usize) {
    if acquires(event).is_some() {
        let mut access = Access::new(event, object, index, Kind::Section);
        access.last = None;
        access.reads = true;
        access.found = event.after.clone();
        access.left = event.after.clone();
        accesses.push(access);
    } else if matches!(event.op, Op::Unlock | Op::WriteUnlock | Op::ReadUnlock)
        && let Some(access) = accesses.iter_mut().rfind(|access| access.thread == event.thread && access.last.is_none())
    {
        access.last = Some(index);
        if event.op == Op::ReadUnlock {
            return;
        }
        access.writes = event.at.is_some() || (event.before.is_some() && event.before != event.after);
        if access.writes {
            access.left = event.after.clone();
            if event.at.is_some() {
                access.wrote = index;
            }
        }
    }
}

fn atomic(event: &Event, object: ObjectId, index: usize) -> Access {
    let exchanged = event.op == Op::CompareExchange && event.ok != Some(false);
    let kind = match event.op {
        Op::ReadModifyWrite => Kind::Update,
        Op::CompareExchange if exchanged => Kind::Exchange,
        _ => Kind::Plain,
    };
    let mut access = Access::new(event, object, index, kind);
    access.reads = reads_atomic(event);
    access.writes = writes_atomic(event);
    let read_only = access.only_reads();
    // A failed exchange may carry what it found on either side.
    access.found = match event.op {
        Op::Load => event.after.clone(),
        Op::CompareExchange if read_only => event.before.clone().or_else(|| event.after.clone()),
        _ => event.before.clone(),
    };
    access.left = if read_only { access.found.clone() } else { event.after.clone() };
    access
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    fn only(script: &str) -> Vec<Access> {
        accesses(&script::trace(script)).remove(&0).unwrap()
    }

    #[test]
    fn a_critical_section_that_changes_nothing_only_reads() {
        let found = only(
            "t1: lock a =5 :1
             t1: unlock a 5->5",
        );
        assert_eq!((found[0].only_reads(), found[0].first, found[0].last), (true, 0, Some(1)));
    }

    #[test]
    fn a_critical_section_that_borrows_mutably_writes_even_the_same_value() {
        let found = only(
            "t1: lock a =5 :1
             t1: unlock a 5->5 :2",
        );
        assert_eq!((found[0].writes, found[0].wrote), (true, 1));
    }

    #[test]
    fn a_failed_exchange_is_a_read() {
        let found = only("t1: cas a 5->5 failed :1");
        assert_eq!((found[0].only_reads(), found[0].found.clone()), (true, Some(Value::Int(5))));
    }
}
