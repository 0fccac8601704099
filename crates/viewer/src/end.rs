//! How threads end up that do not just end.

use kata_trace::diagnosis::holding::{Hold, stuck};
use kata_trace::{Op, ThreadId, Trace, Verdict};

use crate::words::{TIE, Words};

/// How a thread ends up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct End {
    /// Who.
    pub(crate) thread: ThreadId,
    /// The event in which it is: an index into [`Trace::events`].
    pub(crate) event: Option<usize>,
    how: How,
}

#[derive(Clone, Copy, Debug)]
enum How {
    /// It waits for ever, perhaps for what this hold keeps from it.
    Stuck(Option<Hold>),
    /// It keeps the executor's thread.
    Blocks,
    /// Another task keeps the executor's thread from it.
    Starved,
}

/// How threads end up that do not just end.
pub(crate) fn ends(trace: &Trace, verdict: Verdict) -> Vec<End> {
    match verdict {
        Verdict::Deadlock | Verdict::NotConcurrent | Verdict::Livelock => (stuck(trace).iter())
            .map(|stuck| End { thread: stuck.thread, event: Some(stuck.event), how: How::Stuck(stuck.hold) })
            .collect(),
        Verdict::BlockedExecutor => {
            let is_call = |event: &kata_trace::Event| event.op == Op::BlockingCall && event.blocked;
            let Some(index) = trace.events.iter().rposition(is_call) else { return Vec::new() };
            let call = &trace.events[index];
            let blocks = End { thread: call.thread, event: Some(index), how: How::Blocks };
            let starved = call.peer.map(|thread| End { thread, event: None, how: How::Starved });
            std::iter::once(blocks).chain(starved).collect()
        }
        _ => Vec::new(),
    }
}

impl End {
    /// The thread that this one waits for, if it is known.
    #[cfg(feature = "film")]
    pub(crate) fn waits_for(&self, trace: &Trace) -> Option<ThreadId> {
        match self.how {
            How::Stuck(Some(hold)) => Some(hold.thread),
            How::Stuck(None) => {
                let event = &trace.events[self.event?];
                event.peer.filter(|_| event.op == Op::Join)
            }
            How::Blocks | How::Starved => None,
        }
    }

    /// What is said of it: `waits for a, held by t2 since :9`.
    pub(crate) fn text(&self, trace: &Trace, words: &Words<'_>) -> String {
        let event = self.event.map(|index| &trace.events[index]);
        let what = event.and_then(|event| event.object).map(|object| words.object(object)).unwrap_or_default();
        match self.how {
            How::Blocks => return "keeps the executor's thread".to_owned(),
            How::Starved => return "gets no turn".to_owned(),
            How::Stuck(None) => {}
            How::Stuck(Some(hold)) => {
                let holder = if hold.thread == self.thread { "itself".to_owned() } else { words.thread(hold.thread) };
                let since = words.place(&trace.events[hold.since]);
                let since = if since.is_empty() { since } else { format!(" since{TIE}{}", since.trim_start()) };
                return format!("waits for {what}, held by {holder}{since}");
            }
        }
        match event.map(|event| (event.op, event.peer)) {
            Some((Op::Join, Some(peer))) => format!("waits for {}", words.thread(peer)),
            Some((Op::ReadPipe, _)) => format!("waits to read {what}"),
            Some((Op::WritePipe, _)) => format!("waits to write {what}"),
            Some((Op::Park, _)) => "parked for ever".to_owned(),
            Some((Op::Arrive, _)) if event.is_some_and(|event| event.text.is_some()) => {
                "held up by the test".to_owned()
            }
            Some((Op::Arrive, _)) => "waits for the others".to_owned(),
            Some((Op::Quiesce, _)) => "waits until the others sleep".to_owned(),
            Some((Op::Sleep | Op::Yield, _)) => "waits for its turn".to_owned(),
            // A waker has no name.
            _ if what.is_empty() => "waits to be woken for ever".to_owned(),
            _ => {
                let others = event.into_iter().flat_map(|event| &event.arms);
                let others: String = others.map(|arm| format!(" or {}", words.object(arm.object))).collect();
                format!("waits for {what}{others} for ever")
            }
        }
    }
}
