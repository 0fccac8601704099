//! What a panic means.

use std::panic::PanicHookInfo;

use kata::harness::{self, Finding};
use kata_trace::{Location, Op, Verdict, is_test};

use crate::frame;
use crate::monitor::{self, Past};
use crate::state::Step;
use crate::trace;

/// The payload of a panic that a hidden test plans, to see how the learner's code takes it:
/// `std::panic::panic_any(PlannedPanic)`. Every other panic ends the scenario.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PlannedPanic;

pub(super) fn install() {
    std::panic::set_hook(Box::new(report));
}

fn report(info: &PanicHookInfo<'_>) {
    if info.payload().is::<PlannedPanic>() {
        return;
    }
    let text = info.payload_as_str().unwrap_or("a panic whose payload is not a text");
    let at = info.location().map(Location::from);
    let verdict = if at.as_ref().is_some_and(is_test) { Verdict::AssertionFailed } else { Verdict::Panicked };
    let mut finding = Finding::passed(monitor::evidence());
    finding.verdict = verdict;
    finding.message = text.to_owned();
    finding.at = at;
    // A panic inside the monitor itself would wait for itself here.
    let _state = monitor::try_enter().map(|mut state| {
        if let Some(frame) = frame::top() {
            let last = state.lanes[frame.lane].last;
            state.record(frame.lane, Step::new(Op::Panic, last).text(text));
            if let Some(event) = state.lanes[frame.lane].events.back_mut() {
                event.place = finding.at.clone();
            }
            finding.trace = Some(trace::write(&state, Past::Of(frame.lane)));
        }
        state
    });
    // The state stays locked: nobody else goes on.
    harness::answer(finding)
}
