//! Attempts that failed, and that nobody repeated.

use crate::{Cause, Event, Op, ThreadId, Value};

use super::Pattern;
use super::case::{Case, Draft};
use super::deadlock::takes;
use super::holding::Holding;
use super::order::{reads_atomic, writes_atomic};

/// Tells the last failed attempt before a failure that was not made good: the failing thread's own, or else another's.
pub(super) fn explain(case: &Case<'_>, failing: ThreadId, end: usize, draft: &mut Draft) -> Option<Pattern> {
    let given_up = |index: &usize| failed(case.event(*index)) && !made_good(case, *index, end);
    let attempts = || (0..end).rev().filter(given_up);
    let attempt = attempts().find(|&index| case.event(index).thread == failing).or_else(|| attempts().next())?;
    let event = case.event(attempt);
    draft.matters([attempt]);
    if event.op == Op::CompareExchange {
        exchange(case, attempt, draft);
    } else {
        lock_or_channel(case, attempt, draft);
    }
    Some(Pattern::GaveUp)
}

fn failed(event: &Event) -> bool {
    let tries = matches!(
        event.op,
        Op::TryLock | Op::TryReadLock | Op::TryWriteLock | Op::TrySend | Op::TryRecv | Op::CompareExchange
    );
    (tries && event.ok == Some(false))
        || (matches!(event.op, Op::Recv | Op::Send) && event.cause == Some(Cause::Timeout))
}

/// Whether the thread did later, before the failure, what it had attempted.
fn made_good(case: &Case<'_>, attempt: usize, end: usize) -> bool {
    let tried = case.event(attempt);
    case.trace.events[attempt + 1..end].iter().any(|event| {
        let same = event.thread == tried.thread && event.object == tried.object && !event.blocked;
        let done = match tried.op {
            Op::CompareExchange => writes_atomic(event),
            Op::TryLock => matches!(event.op, Op::Lock | Op::TryLock),
            Op::TryReadLock => matches!(event.op, Op::ReadLock | Op::TryReadLock),
            Op::TryWriteLock => matches!(event.op, Op::WriteLock | Op::TryWriteLock),
            Op::TrySend | Op::Send => matches!(event.op, Op::Send | Op::TrySend),
            _ => matches!(event.op, Op::Recv | Op::TryRecv),
        };
        same && done && event.ok != Some(false)
    })
}

fn lock_or_channel(case: &Case<'_>, attempt: usize, draft: &mut Draft) {
    let event = case.event(attempt);
    let (who, what, at) = (case.who(event.thread), case.what_of(attempt), case.at(attempt));
    let holding = Holding::before(case.trace, attempt);
    let holder = event.object.and_then(|object| holding.holders(object).next().copied());
    let (tried, label) = match event.op {
        Op::TryReadLock => ("tried to read", "does not get to read"),
        Op::TryWriteLock => ("tried to write", "does not get to write"),
        Op::TrySend => ("tried to send on", "cannot send on"),
        Op::TryRecv => ("tried to receive from", "gets nothing from"),
        Op::Recv => ("waited to receive from", "gives up waiting for"),
        Op::Send => ("waited to send on", "gives up sending on"),
        _ => ("tried to lock", "does not get"),
    };
    let outcome = match (&holder, event.op) {
        (Some(hold), _) => {
            let itself = if hold.thread == event.thread { " itself" } else { "" };
            format!("did not get it: {}{itself} had held it{}", case.who(hold.thread), case.since(hold.since))
        }
        (None, Op::TryRecv) => "found it empty".to_owned(),
        (None, Op::TrySend) => "found no room in it".to_owned(),
        (None, Op::Recv | Op::Send) => "gave up when the time limit passed".to_owned(),
        (None, _) => "did not get it".to_owned(),
    };
    draft.say(format!("{who} {tried} {what}{at}, and {outcome}."));
    draft.say(format!("{who} did not try again."));
    if let Some(hold) = holder {
        draft.matters([hold.since]);
        draft.mark(case.mark(hold.since, false, takes(case, &hold)));
    }
    draft.mark(case.mark(attempt, true, format!("{who} {label} {what}")));
}

fn exchange(case: &Case<'_>, attempt: usize, draft: &mut Draft) {
    let event = case.event(attempt);
    let (who, what, at) = (case.who(event.thread), case.what_of(attempt), case.at(attempt));
    let found = event.before.as_ref().or(event.after.as_ref());
    let own_read = (0..attempt).rev().find(|&index| {
        let other = case.event(index);
        other.thread == event.thread && other.object == event.object && reads_atomic(other)
    });
    let read = own_read.and_then(|index| Some((index, case.event(index).after.as_ref()?)));
    let why = match (event.cause, found, read) {
        (Some(Cause::Spurious), _, _) => "for no reason, as `compare_exchange_weak` may".to_owned(),
        (_, Some(found), Some((index, expected))) if found != expected => {
            draft.matters([index]);
            draft.mark(case.mark(index, false, format!("{who} reads {what} = {expected}")));
            let by = replaced(case, index, attempt, draft).map_or_else(String::new, |write| {
                format!(": {} had changed it{}", case.who(case.event(write).thread), case.at(write))
            });
            format!("because {what} was {found}, no longer the {expected} that {who} had read{}{by}", case.at(index))
        }
        (_, Some(found), _) => format!("because {what} was {found}, which is not what {who} expected"),
        _ => format!("because {what} was not what {who} expected"),
    };
    draft.say(format!("{who}'s exchange{at} failed, {why}."));
    // Attempts in a row: nothing of them succeeded in between.
    let own = |index: &usize| {
        let other = case.event(*index);
        other.thread == event.thread && other.object == event.object && other.op == Op::CompareExchange
    };
    let attempts = (0..=attempt).rev().filter(own).take_while(|&index| failed(case.event(index))).count();
    draft.say(match attempts {
        1 => format!("{who} wrote nothing, and did not try again."),
        _ => format!("That was its attempt number {attempts}: {who} wrote nothing in any of them, and gave up."),
    });
    let now = found.map_or_else(String::new, |value: &Value| format!(": {what} is {value}"));
    draft.mark(case.mark(attempt, true, format!("{who}'s exchange fails{now}")));
}

/// Marks the last write of another thread between a read and the exchange that builds on it, and returns it.
fn replaced(case: &Case<'_>, read: usize, attempt: usize, draft: &mut Draft) -> Option<usize> {
    let event = case.event(attempt);
    let write = (read + 1..attempt).rev().find(|&index| {
        let other = case.event(index);
        other.thread != event.thread && other.object == event.object && writes_atomic(other)
    });
    if let Some(index) = write {
        let other = case.event(index);
        let value = other.after.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
        draft.matters([index]);
        draft.mark(case.mark(
            index,
            false,
            format!("{} writes {}{value}", case.who(other.thread), case.what_of(index)),
        ));
    }
    write
}
