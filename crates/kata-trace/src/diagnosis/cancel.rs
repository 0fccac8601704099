//! Futures that were dropped before they were done: what they waited for, what they held, and what they had changed.

use crate::{Op, is_test};

use super::Pattern;
use super::case::{Case, Draft};
use super::holding::{Hold, Holding};

/// Tells the first send of the program that was cancelled before a failure.
pub(super) fn explain_send(case: &Case<'_>, end: usize, draft: &mut Draft) -> Option<Pattern> {
    let cancelled = |index: &usize| {
        let event = case.event(*index);
        event.op == Op::CancelSend && !event.at.as_ref().is_some_and(is_test)
    };
    let all: Vec<usize> = (0..end).filter(cancelled).collect();
    let first = *all.first()?;
    let event = case.event(first);
    let (who, what, at) = (case.who(event.thread), case.what_of(first), case.at(first));
    draft.matters(all.iter().copied());
    draft.say(format!(
        "{who} waited to send on {what}{at}, and the send was cancelled: its future was dropped before there was room."
    ));
    let others = match all.len() {
        1 => String::new(),
        2 => " So was that of another send which was cancelled later.".to_owned(),
        more => format!(" So were those of {} sends which were cancelled later.", more - 1),
    };
    draft.say(format!("The message belonged to that future, and was dropped with it.{others}"));
    // A line at which one thread's sends are cancelled again and again is marked once.
    let mut marked = Vec::new();
    for &index in &all {
        let event = case.event(index);
        if !marked.contains(&(event.thread, &event.at)) {
            marked.push((event.thread, &event.at));
            let label = format!("{}'s send is cancelled, and its message dropped", case.who(event.thread));
            draft.mark(case.mark(index, true, label));
        }
    }
    Some(Pattern::CancelledSend)
}

/// Tells the last future of the program that was dropped while it waited, and held a lock under which it had already
/// changed something.
pub(super) fn explain_update(case: &Case<'_>, end: usize, draft: &mut Draft) -> Option<Pattern> {
    let cancels = |&index: &usize| matches!(case.event(index).op, Op::CancelWait | Op::CancelSend);
    let (cancel, hold, release) = (0..end).rev().filter(cancels).find_map(|cancel| {
        let holding = Holding::before(case.trace, cancel);
        let (hold, release) = holding
            .of(case.event(cancel).thread)
            .find_map(|hold| Some((*hold, released_with_a_change(case, cancel, hold, end)?)))?;
        Some((cancel, hold, release))
    })?;
    let (who, what) = (case.who(hold.thread), case.what(hold.object));
    let (since, changed, awaited) = (case.since(hold.since), case.at(release), case.what_of(cancel));
    draft.matters([hold.since, cancel, release]);
    draft.say(format!(
        "{who} held {what}{since}, had changed it{changed}, and waited{} for {awaited} when its future was dropped.",
        case.at(cancel)
    ));
    draft.say(format!(
        "What comes behind that `.await` was not run: {what} was unlocked, and stayed as it was at that moment."
    ));
    draft.mark(case.mark(hold.since, false, format!("{who} locks {what}")));
    draft.mark(case.mark(release, true, format!("{who} changes {what}, and gets no further")));
    draft.mark(case.mark(cancel, false, format!("{who} waits here, and is dropped")));
    Some(Pattern::CancelledUpdate)
}

/// Where a guard is dropped with the future that was cancelled, if something was changed through it.
fn released_with_a_change(case: &Case<'_>, cancel: usize, hold: &Hold, end: usize) -> Option<usize> {
    let of_the_program = |index: usize| case.event(index).at.as_ref().is_some_and(|at| !is_test(at));
    let own = (cancel + 1..end).filter(|&index| case.event(index).thread == hold.thread);
    // The drop of a future does nothing but give back what the future held.
    let gives_back = |index: &usize| {
        let op = case.event(*index).op;
        matches!(op, Op::Unlock | Op::ReadUnlock | Op::WriteUnlock | Op::CancelWait | Op::CancelSend)
    };
    own.take_while(gives_back).find(|&index| {
        let event = case.event(index);
        let releases = matches!(event.op, Op::Unlock | Op::WriteUnlock) && event.object == Some(hold.object);
        releases && of_the_program(index) && of_the_program(hold.since)
    })
}
