//! Messages that were dropped with the send that was to hand them over.

use crate::{Op, is_test};

use super::Pattern;
use super::case::{Case, Draft};

/// Tells the first send of the program that was cancelled before a failure.
pub(super) fn explain(case: &Case<'_>, end: usize, draft: &mut Draft) -> Option<Pattern> {
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
