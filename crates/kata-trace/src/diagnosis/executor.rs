//! What a task must not do to its executor.
//!
//! Who is polled is either an object, of which the thread that polls it tells, or has a lane of its own.

use crate::{ObjectId, Op};

use super::case::{Case, Draft};
use super::holding::{Hold, Holding};
use super::{Diagnosis, Pattern};

/// A call that blocked the executor's thread.
pub(super) fn blocked(case: &Case<'_>) -> Option<Diagnosis> {
    let call = case.trace.events.iter().rposition(|event| event.op == Op::BlockingCall)?;
    let event = case.event(call);
    let mut draft = Draft::new();
    let who = event.object.map_or_else(|| format!("`{}`", case.who(event.thread)), |task| case.what(task));
    let executor = event.object.map_or_else(String::new, |_| format!(", {},", case.who(event.thread)));
    let earlier = earlier(case, call);
    for &before in &earlier {
        draft.say(format!("{who} calls {}{} while it is polled.", what(case, before), case.at(before)));
        if case.event(before).at != event.at {
            draft.mark(case.mark(before, false, format!("{who} blocks the executor's thread here")));
        }
    }
    let again = if earlier.is_empty() { "" } else { ", in the same turn" };
    draft.matters(earlier.into_iter().chain([call]));
    draft.say(format!(
        "{who} calls {}{} while it is polled{again}: that blocks the executor's thread{executor} for as long as it \
         takes.",
        what(case, call),
        case.at(call),
    ));
    draft.mark(case.mark(call, true, format!("{who} blocks the executor's thread here")));
    for &(task, last) in &starved(case, call) {
        draft.matters([last]);
        draft.say(format!("{} is not polled meanwhile, although it is on the same thread.", case.what(task)));
    }
    if let Some(peer) = event.peer {
        draft.say(format!("`{}` is not polled meanwhile, although it is on the same thread.", case.who(peer)));
    }
    Some(draft.finish(Pattern::BlockedExecutor))
}

/// A guard that was alive when its task returned to the executor.
pub(super) fn guard_across_await(case: &Case<'_>) -> Option<Diagnosis> {
    let last = case.trace.events.len().checked_sub(1)?;
    // A world that says where the task waits says for which lock that matters.
    let suspends = Some(last).filter(|&last| case.event(last).op == Op::Suspend);
    let task = case.event(last).thread;
    let holding = Holding::at_end(case.trace);
    let is_it = |hold: &&Hold| suspends.is_none_or(|suspends| case.event(suspends).object == Some(hold.object));
    let hold = holding.of(task).filter(is_it).last()?;
    let (who, what) = (case.who(task), case.what(hold.object));
    let mut draft = Draft::new();
    draft.matters([hold.since]);
    draft.matters(suspends);
    draft.mark(case.mark(hold.since, true, format!("`{who}` locks {what}, and keeps it across an `.await`")));
    draft.mark(suspends.and_then(|suspends| case.mark(suspends, false, format!("`{who}` waits here"))));
    draft.say(format!(
        "`{who}` locked {what}{} and still held it when it came to an `.await` that was not ready{}.",
        case.at(hold.since),
        suspends.map_or_else(String::new, |suspends| case.comma_at(suspends))
    ));
    draft.say(format!(
        "Whoever locks {what} now blocks the thread that would have to poll `{who}` again for it to let go."
    ));
    Some(draft.finish(Pattern::GuardAcrossAwait))
}

fn what(case: &Case<'_>, call: usize) -> String {
    let text = case.event(call).text.as_ref();
    text.map_or_else(|| "a call that blocks".to_owned(), |text| format!("`{text}`"))
}

/// The calls that took the executor's thread before in the same poll of a lane's own.
fn earlier(case: &Case<'_>, call: usize) -> Vec<usize> {
    let lane = case.event(call).thread;
    let own = |index: &usize| case.event(*index).thread == lane && case.event(*index).object.is_none();
    let since = (0..call).rfind(|index| own(index) && case.event(*index).op == Op::Poll);
    let calls = |since| (since..call).filter(own).filter(|&index| case.event(index).op == Op::BlockingCall);
    since.map_or_else(Vec::new, |since| calls(since).collect())
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
