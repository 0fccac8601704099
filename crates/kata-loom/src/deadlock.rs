//! Threads that wait for ever: how the log ends, and why.

use kata::{Entry, Failure};
use kata_trace::{DeadlockKind, Op, ThreadId, Verdict};

use crate::execution::{self, Execution};
use crate::failure;

/// Logs where every thread is stuck, and says what that is.
pub(crate) fn failure() -> Failure {
    execution::with(|e| {
        let stuck: Vec<ThreadId> = (0..).zip(&e.threads).filter(|(_, t)| !t.finished).map(|(id, _)| id).collect();
        for &thread in &stuck {
            let Some(pending) = &e.threads[usize::from(thread)].pending else { continue };
            let mut entry = Entry::new(thread, pending.op, Some(pending.at));
            entry.object = pending.object;
            entry.peer = pending.peer;
            entry.blocked = true;
            e.log.push(entry);
        }
        failure::arrived(e).unwrap_or_else(|| Failure {
            verdict: Verdict::Deadlock,
            kind: Some(kind(e, &stuck)),
            message: match stuck.len() {
                1 => "a thread waits for ever".to_owned(),
                number => format!("{number} threads wait for ever"),
            },
            at: stuck.last().and_then(|&id| e.threads[usize::from(id)].pending.as_ref()).map(|p| p.at.into()),
        })
    })
}

fn kind(execution: &Execution, stuck: &[ThreadId]) -> DeadlockKind {
    let pending = |thread: ThreadId| execution.threads[usize::from(thread)].pending.as_ref();
    let op = |thread: ThreadId| pending(thread).map(|pending| pending.op);
    // Whom a thread waits for, where that is known.
    let waits_for = |thread: ThreadId| -> Vec<ThreadId> {
        match pending(thread).map(|pending| (pending.op, pending.object, pending.peer)) {
            Some((Op::ReadLock, Some(object), _)) => {
                // A reader waits for writers who wait, too; for itself only if nobody else is in the way.
                let writes = |other: &&ThreadId| {
                    pending(**other).is_some_and(|other| other.op == Op::WriteLock && other.object == Some(object))
                };
                let writers: Vec<ThreadId> = stuck.iter().filter(writes).copied().collect();
                let holders = execution.holders(object).filter(|holder| writers.is_empty() || *holder != thread);
                writers.iter().copied().chain(holders).collect()
            }
            Some((Op::Lock | Op::WriteLock | Op::InitWait, Some(object), _)) => execution.holders(object).collect(),
            Some((Op::Join, _, Some(peer))) => vec![peer],
            _ => Vec::new(),
        }
    };
    let locks =
        |thread: &&ThreadId| matches!(op(**thread), Some(Op::Lock | Op::ReadLock | Op::WriteLock | Op::InitWait));
    for &thread in stuck.iter().filter(locks) {
        let mut reached = waits_for(thread);
        if reached.contains(&thread) {
            return DeadlockKind::SelfDeadlock;
        }
        let mut next = 0;
        while let Some(&other) = reached.get(next) {
            next += 1;
            for further in waits_for(other) {
                if further == thread {
                    return DeadlockKind::LockCycle;
                }
                if !reached.contains(&further) {
                    reached.push(further);
                }
            }
        }
    }
    if stuck.iter().any(|&thread| matches!(op(thread), Some(Op::Send | Op::Recv))) {
        DeadlockKind::Channel
    } else {
        DeadlockKind::NobodyWillWake
    }
}
