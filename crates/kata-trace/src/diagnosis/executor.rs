//! A call that blocked a thread of an executor.

use crate::{ObjectId, Op};

use super::case::{Case, Draft};
use super::{Diagnosis, Pattern};

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let call = case.trace.events.iter().rposition(|event| event.op == Op::BlockingCall)?;
    let event = case.event(call);
    let mut draft = Draft::new();
    draft.matters([call]);
    let what = event.text.as_ref().map_or_else(|| "a call that blocks".to_owned(), |text| format!("`{text}`"));
    let who = event.object.map_or_else(|| case.who(event.thread).to_owned(), |task| case.what(task));
    draft.say(format!(
        "{who} calls {what}{} while it is polled: that blocks the executor's thread, {}, for as long as it takes.",
        case.at(call),
        case.who(event.thread)
    ));
    draft.mark(case.mark(call, true, format!("{who} blocks the executor's thread here")));
    let starved = starved(case, call);
    for &(task, last) in &starved {
        draft.matters([last]);
        draft.say(format!("{} is not polled meanwhile, although it is on the same thread.", case.what(task)));
    }
    Some(draft.finish(Pattern::BlockedExecutor))
}

/// The other tasks of the thread that blocked, which were polled on it before and not since, each with its last poll.
fn starved(case: &Case<'_>, call: usize) -> Vec<(ObjectId, usize)> {
    let blocker = case.event(call);
    let mut tasks: Vec<(ObjectId, usize)> = Vec::new();
    for (index, event) in case.trace.events[..call].iter().enumerate() {
        let Some(task) = event.object.filter(|&task| event.op == Op::Poll && Some(task) != blocker.object) else {
            continue;
        };
        tasks.retain(|(other, _)| *other != task);
        if event.thread == blocker.thread {
            tasks.push((task, index));
        }
    }
    tasks
}
