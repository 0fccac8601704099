//! What a panic means.

use std::panic::PanicHookInfo;
use std::path::Path;

use kata::harness::{self, Finding};
use kata_trace::{Op, Verdict};

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
    let at = info.location();
    let verdict = match at {
        Some(at) if is_hidden(at.file()) => Verdict::AssertionFailed,
        _ => Verdict::Panicked,
    };
    let mut finding = Finding::passed(monitor::evidence());
    finding.verdict = verdict;
    finding.message = text.to_owned();
    finding.at = at.map(Into::into);
    // A panic inside the monitor itself would wait for itself here.
    let _state = monitor::try_enter().map(|mut state| {
        if let Some(frame) = frame::top() {
            let last = state.lanes[frame.lane].last;
            state.record(frame.lane, Step::new(Op::Panic, last).text(text));
            finding.trace = Some(trace::write(&state, Past::Of(frame.lane)));
        }
        state
    });
    // The state stays locked: nobody else goes on.
    harness::answer(finding)
}

/// Whether a file is one of the hidden tests: they stand in a folder of that name.
fn is_hidden(file: &str) -> bool {
    Path::new(file).parent().and_then(Path::file_name).is_some_and(|folder| folder == "hidden")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_in_a_folder_named_hidden_are_hidden_tests() {
        assert!(is_hidden("exercises/30-blocked-reactor/hidden/real.rs"));
        assert!(!is_hidden("exercises/30-blocked-reactor/src/lib.rs"));
        assert!(!is_hidden("hidden.rs"));
    }
}
