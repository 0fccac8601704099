//! Processes that wait on pipes for ever.

use crate::Op;

use super::case::{Case, Draft};
use super::deadlock::{waits, waits_label};
use super::waiting::Waiting;
use super::{Diagnosis, Pattern};

/// Why nobody goes on, if somebody waits at an end of a pipe.
pub(super) fn diagnose(case: &Case<'_>, waiting: &Waiting, draft: &mut Draft) -> Option<Pattern> {
    let stuck = || waiting.stuck.iter().flatten().copied();
    let on_pipe = |index: &usize| is_pipe(case.event(*index).op);
    // What another process does has no place.
    let (children, own): (Vec<usize>, Vec<usize>) =
        stuck().filter(on_pipe).partition(|&index| case.event(index).at.is_none());
    if children.is_empty() && own.is_empty() {
        return None;
    }
    let for_child = |index: &usize| {
        let event = case.event(*index);
        event.op == Op::Join && children.iter().any(|&child| Some(case.event(child).thread) == event.peer)
    };
    let own: Vec<usize> = stuck().filter(|index| own.contains(index) || for_child(index)).collect();
    for &index in own.iter().chain(&children) {
        draft.tell(&[index]);
        draft.say(format!("{}.", waits(case, index)));
        draft.mark(case.mark(index, true, waits_label(case, index)));
    }
    for &index in &children {
        let (who, what) = (case.who(case.event(index).thread), case.what_of(index));
        draft.say(match case.event(index).op {
            Op::WritePipe => format!("{who} goes on when somebody reads from {what}, and nobody does."),
            _ => format!("{who} goes on when somebody writes to {what} or closes it, and nobody does."),
        });
    }
    for &index in own.iter().filter(|index| children.is_empty() && on_pipe(index)) {
        let what = case.what_of(index);
        draft.say(match case.event(index).op {
            Op::WritePipe => format!(
                "Nobody reads from {what}, and its reading end is still open somewhere: if it were closed, the write \
                 would fail."
            ),
            _ => format!(
                "Nobody writes to {what}, and its writing end is still open somewhere: if it were closed, the read \
                 would come to the end."
            ),
        });
    }
    if let ([_], [_]) = (&own[..], &children[..]) {
        draft.say("Each waits for the other.");
    }
    Some(Pattern::Pipe)
}

/// Threads that ask over and over whether a process has ended, which waits at an end of a pipe.
pub(super) fn asked_in_vain(case: &Case<'_>) -> Option<Diagnosis> {
    let waiting = Waiting::at_end(case.trace);
    let mut draft = Draft::new();
    let asks = case.trace.events.iter().rposition(|event| event.op == Op::Join && event.ok == Some(false))?;
    let (who, child) = (case.who(case.event(asks).thread), case.event(asks).peer?);
    draft.matters([asks]);
    draft.mark(case.mark(asks, true, format!("{who} asks here whether {} has ended", case.who(child))));
    draft.say(format!(
        "{who} asks{} over and over whether {} has ended, and does nothing else in between.",
        case.at(asks),
        case.who(child)
    ));
    diagnose(case, &waiting, &mut draft)?;
    Some(draft.finish(Pattern::Pipe))
}

pub(super) fn is_pipe(op: Op) -> bool {
    matches!(op, Op::ReadPipe | Op::WritePipe)
}
