//! A panic of the learner's code, and what a panic that was survived left behind.

use crate::{Op, is_test};

use super::atomicity;
use super::case::{Case, Draft, failing_panic, is_poison};
use super::holding::{Hold, Holding, acquires, releases};
use super::{Diagnosis, Pattern};

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let panic = failing_panic(case.trace)?;
    let who = case.who(case.event(panic).thread);
    let mut draft = Draft::new();
    draft.matters([panic]);
    draft.say(format!("{who} panicked{}{}.", case.at(panic), message(case, panic)));
    draft.mark(case.mark(panic, true, format!("{who} panics here")));
    let poisoned = explain_poison(case, panic, &mut draft);
    for hold in Holding::before(case.trace, panic).of(case.event(panic).thread) {
        if poisoned != Some(hold.since) {
            draft.matters([hold.since]);
            draft.say(format!("It still held {}{}.", case.what(hold.object), case.comma_since(hold.since)));
        }
    }
    atomicity::explain_panic(case, panic, &mut draft);
    Some(draft.finish(Pattern::Panic))
}

fn message(case: &Case<'_>, panic: usize) -> String {
    let text = case.event(panic).text.as_ref();
    text.map_or_else(String::new, |text| format!(": {}", text.trim_end_matches('.')))
}

/// Tells which panic has poisoned the lock that a panic complains of. Returns where that lock was taken in vain.
fn explain_poison(case: &Case<'_>, panic: usize, draft: &mut Draft) -> Option<usize> {
    let event = case.event(panic);
    let own = |index: &usize| case.event(*index).thread == event.thread;
    let locked = (0..panic).rev().filter(own).find(|&index| acquires(case.event(index)).is_some());
    let locked = locked.filter(|_| is_poison(event))?;
    let object = case.event(locked).object?;
    // The last one that found the lock in order is the one that poisoned it.
    let culprit = |index: &usize| case.event(*index).op == Op::Panic && !is_poison(case.event(*index));
    let (cause, hold) = (0..locked).rev().filter(culprit).find_map(|cause| {
        let holding = Holding::before(case.trace, cause);
        let hold = holding.of(case.event(cause).thread).find(|hold| hold.object == object).copied()?;
        Some((cause, hold))
    })?;
    let (who, what) = (case.who(hold.thread), case.what(object));
    draft.matters([hold.since, cause]);
    draft.say(format!(
        "{what} is poisoned: {who} panicked{} while it held it{}{}.",
        case.at(cause),
        case.comma_since(hold.since),
        message(case, cause)
    ));
    draft.mark(case.mark(hold.since, false, format!("{who} locks {what}")));
    draft.mark(case.mark(cause, false, format!("{who} panics here, and poisons {what}")));
    Some(locked)
}

/// Tells the last panic before a failure that ended a hold under which the program had changed something.
pub(super) fn explain_update(case: &Case<'_>, end: usize, draft: &mut Draft) -> Option<Pattern> {
    let panics = (0..end).rev().filter(|&index| case.event(index).op == Op::Panic);
    let (panic, hold, release) = panics.into_iter().find_map(|panic| {
        let holding = Holding::before(case.trace, panic);
        let mut holds = holding.of(case.event(panic).thread);
        holds.find_map(|hold| Some((panic, *hold, released_with_a_change(case, panic, hold, end)?)))
    })?;
    let (who, what) = (case.who(hold.thread), case.what(hold.object));
    draft.matters([hold.since, panic, release]);
    draft.say(format!("{who} panicked{}{}.", case.at(panic), message(case, panic)));
    draft.say(format!(
        "It held {what}{}, and {what} was unlocked as the change{} had left it.",
        case.comma_since(hold.since),
        case.at(release)
    ));
    draft.mark(case.mark(hold.since, false, format!("{who} locks {what}")));
    draft.mark(case.mark(release, true, format!("{who} changes {what}, and gets no further")));
    draft.mark(case.mark(panic, false, format!("{who} panics here")));
    Some(Pattern::PanickedUpdate)
}

/// Where a lock that was held in a panic is released, if the program changed something through its guard.
fn released_with_a_change(case: &Case<'_>, panic: usize, hold: &Hold, end: usize) -> Option<usize> {
    let is_it = |index: &usize| {
        let event = case.event(*index);
        event.thread == hold.thread && event.object == Some(hold.object) && releases(event.op) == Some(hold.mode)
    };
    let of_the_program = |index: usize| case.event(index).at.as_ref().is_some_and(|at| !is_test(at));
    (panic + 1..end).find(is_it).filter(|&release| of_the_program(release) && of_the_program(hold.since))
}
