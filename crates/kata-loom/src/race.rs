//! Data races: which two accesses, and why nothing orders them.

use std::ops::Range;

use kata::{Entry, Failure};
use kata_trace::{ObjectId, Op, ThreadId, Verdict};

use crate::execution::{self, Execution, Pending};
use crate::failure::{place, thread_name};

/// The running thread's attempt races with an earlier access: logs it, and says what that is.
pub(crate) fn failure() -> Failure {
    execution::with(|e| {
        let me = e.running();
        let (message, at) = match e.me().pending.take() {
            Some(pending) => {
                let mut entry = Entry::new(me, pending.op, Some(pending.at));
                entry.object = pending.object;
                entry.text = pending.frees.then(|| "frees it".into());
                e.push(entry);
                (sentence(e, me, &pending), Some(pending.at))
            }
            None => ("two accesses are not ordered".to_owned(), None),
        };
        Failure { verdict: Verdict::DataRace, kind: None, message, at: at.map(Into::into) }
    })
}

fn sentence(e: &mut Execution, me: ThreadId, pending: &Pending) -> String {
    let this = match pending.frees {
        true => format!("{} frees what is created at {}", thread_name(e, me), place(pending.at)),
        false => format!("{} {} at {}", thread_name(e, me), verb(pending.op), place(pending.at)),
    };
    let Some(object) = pending.object else {
        return format!("{this}, and nothing orders that behind its creation");
    };
    if let Some(by) = e.freed(object).filter(|by| *by != me) {
        return format!("{this} what {} frees, and nothing orders the two", thread_name(e, by));
    }
    let Some(first) = conflicting(e, me, object, pending.op) else {
        let created = place(e.created(object));
        return format!("{this} what is created at {created}, and nothing orders the two");
    };
    let other = &e.log.entries()[first];
    let at = other.at.map_or_else(String::new, |at| format!(" at {}", place(at)));
    let and = if pending.frees { ", which" } else { " what" };
    let link = weak_link(e, other.thread, first, me).map_or_else(String::new, |link| format!(": {link}"));
    format!("{this}{and} {} {}{at}, and nothing orders the two{link}", thread_name(e, other.thread), verb(other.op))
}

/// The last access of another thread that an access of this kind must not overlap, and does.
fn conflicting(e: &mut Execution, me: ThreadId, object: ObjectId, op: Op) -> Option<usize> {
    let accesses = |op| matches!(op, Op::CellRead | Op::Load) || writes(op);
    // What races with an atomic operation is an access that is none, so that every kind conflicts with it.
    let conflicts = |other| accesses(other) && (op != Op::CellRead || writes(other));
    let candidate =
        |other: &Entry| other.thread != me && other.object == Some(object) && !other.blocked && conflicts(other.op);
    let candidates: Vec<usize> = (0..e.log.entries().len()).filter(|&i| candidate(&e.log.entries()[i])).collect();
    let unordered = candidates.iter().rfind(|&&index| !e.knows_entry(index));
    unordered.or(candidates.last()).copied()
}

fn writes(op: Op) -> bool {
    matches!(op, Op::CellWrite | Op::Store | Op::ReadModifyWrite | Op::CompareExchange)
}

fn verb(op: Op) -> &'static str {
    match op {
        Op::CellRead | Op::Load => "reads",
        Op::CellWrite | Op::Store => "writes",
        _ => "uses",
    }
}

fn is_release(ordering: &str) -> bool {
    matches!(ordering, "Release" | "AcqRel" | "SeqCst")
}

fn is_acquire(ordering: &str) -> bool {
    matches!(ordering, "Acquire" | "AcqRel" | "SeqCst")
}

/// Why seeing a store of `by` that follows its access did not order the access before `me`: the last atomic that
/// carried the news, and which side of it was too weak.
fn weak_link(e: &Execution, by: ThreadId, access: usize, me: ThreadId) -> Option<String> {
    let entries = e.log.entries();
    let &(loaded, stored) = e.reads().iter().rfind(|&&(load, store)| {
        entries[load].thread == me && entries[store].thread == by && store > access && load > store
    })?;
    let (load, store) = (&entries[loaded], &entries[stored]);
    let (load_ordering, store_ordering) = (load.ordering?, store.ordering?);
    // A fence that a text marks is for the compiler only.
    let fenced = |thread, between: Range<usize>, is_strong: fn(&str) -> bool| {
        entries[between].iter().any(|entry| {
            entry.thread == thread
                && entry.op == Op::Fence
                && entry.text.is_none()
                && entry.ordering.is_some_and(is_strong)
        })
    };
    let releases = is_release(store_ordering) || fenced(by, access..stored, is_release);
    let acquires = is_acquire(load_ordering) || fenced(me, loaded..entries.len(), is_acquire);
    let (load_at, store_at) = (place(load.at?), place(store.at?));
    let read = format!("{} read at {load_at} what {} stored at {store_at}", thread_name(e, me), thread_name(e, by));
    match (releases, acquires) {
        (false, false) => Some(format!(
            "{read}, but a `{store_ordering}` store releases nothing and a `{load_ordering}` load acquires nothing"
        )),
        (false, true) => Some(format!("{read}, but a `{store_ordering}` store releases nothing")),
        (true, false) => Some(format!("{read}, but a `{load_ordering}` load acquires nothing")),
        (true, true) => None,
    }
}
