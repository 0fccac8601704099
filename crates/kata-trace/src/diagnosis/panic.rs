//! A panic of the learner's code.

use super::atomicity;
use super::case::{Case, Draft, failing_panic};
use super::holding::Holding;
use super::{Diagnosis, Pattern};

pub(super) fn diagnose(case: &Case<'_>) -> Option<Diagnosis> {
    let panic = failing_panic(case.trace)?;
    let event = case.event(panic);
    let who = case.who(event.thread);
    let mut draft = Draft::new();
    draft.matters([panic]);
    let message = event.text.as_ref().map_or_else(String::new, |text| format!(": {}", text.trim_end_matches('.')));
    draft.say(format!("{who} panicked{}{message}.", case.at(panic)));
    draft.mark(case.mark(panic, true, format!("{who} panics here")));
    for hold in Holding::before(case.trace, panic).of(event.thread) {
        draft.matters([hold.since]);
        draft.say(format!("It still held {}{}.", case.what(hold.object), case.comma_since(hold.since)));
    }
    atomicity::explain_panic(case, panic, &mut draft);
    Some(draft.finish(Pattern::Panic))
}
