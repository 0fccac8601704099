//! What a task must not do to its executor.

use crate::{Op, ThreadId};

use super::case::{Case, Draft};
use super::holding::Holding;
use super::{Diagnosis, Pattern};

/// A call that blocked the executor's thread.
pub(super) fn blocked(case: &Case<'_>) -> Option<Diagnosis> {
    let is_call = |index: &usize| case.event(*index).op == Op::BlockingCall;
    let calls = || (0..case.trace.events.len()).rev().filter(is_call);
    let call = calls().find(|&index| case.event(index).blocked).or_else(|| calls().next())?;
    let event = case.event(call);
    let task = case.who(event.thread);
    let what = event.text.as_ref().map_or_else(|| "what blocks".to_owned(), |text| format!("`{text}`"));
    let mut draft = Draft::new();
    draft.matters([call]);
    draft.mark(case.mark(call, true, format!("`{task}` blocks the executor's thread here")));
    let thread = poll_around(case, event.thread, call).map_or("the executor's thread".to_owned(), |(poll, thread)| {
        draft.matters([poll]);
        format!("{}, the executor's thread,", case.who(thread))
    });
    draft.say(format!(
        "`{task}` calls {what}{} inside a poll: until that returns, {thread} polls nothing else.",
        case.at(call)
    ));
    if let Some(starved) = event.peer {
        draft.say(format!("`{}` gets no turn meanwhile.", case.who(starved)));
    }
    Some(draft.finish(Pattern::BlockedExecutor))
}

/// A guard that was alive when its task returned to the executor.
pub(super) fn guard_across_await(case: &Case<'_>) -> Option<Diagnosis> {
    let task = case.trace.events.last()?.thread;
    let holding = Holding::at_end(case.trace);
    let hold = holding.of(task).last()?;
    let (who, what) = (case.who(task), case.what(hold.object));
    let mut draft = Draft::new();
    draft.matters([hold.since]);
    draft.mark(case.mark(hold.since, true, format!("`{who}` locks {what}, and keeps it across an `.await`")));
    draft.say(format!(
        "`{who}` locked {what}{} and still held it when it came to an `.await` that was not ready.",
        case.at(hold.since)
    ));
    draft.say(format!(
        "Whoever locks {what} now blocks the thread that would have to poll `{who}` again for it to let go."
    ));
    Some(draft.finish(Pattern::GuardAcrossAwait))
}

/// The poll that an event of a task happens in, and the thread that polls.
fn poll_around(case: &Case<'_>, task: ThreadId, event: usize) -> Option<(usize, ThreadId)> {
    let poll = (0..event).rev().find(|&index| case.event(index).thread == task && case.event(index).op == Op::Poll)?;
    Some((poll, case.event(poll).peer?))
}
