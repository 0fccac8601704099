//! Threads that wait for ever: how the log ends.

use kata::Failure;
use kata_trace::{ThreadId, Verdict};

use crate::execution;
use crate::failure;

/// Logs where every thread is stuck. The kind follows from the log.
pub(crate) fn failure() -> Failure {
    execution::with(|e| {
        let stuck: Vec<ThreadId> = (0..).zip(&e.threads).filter(|(_, t)| !t.finished).map(|(id, _)| id).collect();
        for &thread in &stuck {
            let Some(pending) = &e.threads[usize::from(thread)].pending else { continue };
            let entry = pending.blocked(thread);
            e.log.push(entry);
        }
        failure::arrived(e).unwrap_or_else(|| Failure {
            verdict: Verdict::Deadlock,
            kind: None,
            message: match stuck.len() {
                1 => "a thread waits for ever".to_owned(),
                number => format!("{number} threads wait for ever"),
            },
            at: stuck.last().and_then(|&id| e.threads[usize::from(id)].pending.as_ref()).map(|p| p.at.into()),
        })
    })
}
