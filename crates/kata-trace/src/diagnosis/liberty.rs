//! Liberties that the standard library takes: waits that end for no reason, or because time is up.
//!
//! An explorer takes such a liberty only where it matters: without it, the execution would not have failed so soon.

use crate::{Cause, Event, Op, Verdict};

use super::case::{Case, Draft, failing_panic};
use super::{Diagnosis, Pattern};

/// Adds to a diagnosis the last wait that ended without what it waited for; makes one of it where there is none.
pub(super) fn tell(case: &Case<'_>, verdict: Verdict, diagnosis: Option<Diagnosis>) -> Option<Diagnosis> {
    let fails = matches!(verdict, Verdict::AssertionFailed | Verdict::Panicked);
    if !fails && !matches!(verdict, Verdict::Deadlock | Verdict::Livelock) {
        return diagnosis;
    }
    let end = failing_panic(case.trace).filter(|_| fails).unwrap_or(case.trace.events.len());
    let last = |is_it: fn(&Event) -> bool| (0..end).rev().find(|&index| is_it(case.event(index)));
    let spurious = last(|event| is_wait(event) && event.cause == Some(Cause::Spurious));
    // A time limit that passes is nothing unusual: it is told where nothing else is.
    let timeout = || last(|event| is_wait(event) && event.cause == Some(Cause::Timeout));
    let Some(index) = spurious.or_else(|| timeout().filter(|_| diagnosis.is_none() || verdict == Verdict::Panicked))
    else {
        return diagnosis;
    };
    let pattern = if spurious.is_some() { Pattern::SpuriousWakeUp } else { Pattern::TimeLimit };
    let mut draft = Draft::new();
    draft.matters([index]);
    draft.matters(diagnosis.is_none().then_some(end).filter(|&end| end < case.trace.events.len()));
    let event = case.event(index);
    let (who, at) = (case.who(event.thread), case.at(index));
    let on = match event.op {
        Op::Park => String::new(),
        _ => format!(" on {}", case.what_of(index)),
    };
    if pattern == Pattern::SpuriousWakeUp {
        draft.say(format!(
            "{who}'s wait{on}{at} ended for no reason: a spurious wake-up, which the standard library allows."
        ));
        draft.mark(case.mark(index, true, format!("{who} wakes although nobody woke it")));
    } else {
        draft.say(format!("{who}'s wait{on}{at} ended because its time limit passed."));
        draft.mark(case.mark(index, true, format!("{who}'s time limit passes")));
    }
    let addition = draft.finish(pattern);
    let Some(mut diagnosis) = diagnosis else { return Some(addition) };
    diagnosis.sentences.extend(addition.sentences);
    diagnosis.marks.extend(addition.marks);
    diagnosis.events.extend(addition.events);
    diagnosis.events.sort_unstable();
    diagnosis.events.dedup();
    Some(diagnosis)
}

fn is_wait(event: &Event) -> bool {
    matches!(event.op, Op::Wake | Op::Park) && !event.blocked
}
