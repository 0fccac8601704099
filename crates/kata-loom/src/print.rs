//! Printing inside a model: a program runs thousands of times, so that what it prints goes into the timeline.

use std::fmt::Arguments;
use std::panic::Location;

use kata::Failure;
use kata_trace::{Op, Verdict};

use crate::{execution, explore};

/// What `print!` and its relatives expand to.
#[track_caller]
pub fn print(text: Arguments<'_>) {
    let at = Location::caller();
    // Formatted first: the arguments may use primitives.
    let text = text.to_string();
    let limit = execution::with(|e| e.print(text.len()));
    execution::record(Op::Print, None, Some(at), |entry| entry.text = Some(text.trim_end_matches('\n').into()));
    if let Some(limit) = limit {
        explore::conclude(Failure {
            verdict: Verdict::OutputFlood,
            kind: None,
            message: format!("printed more than {} KiB in one execution", limit >> 10),
            at: Some(at.into()),
        });
    }
}
