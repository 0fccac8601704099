//! Ending the process: a program under test that does so gets no verdict of its own.

use std::panic::Location;

use kata::Failure;
use kata_trace::Verdict;

use crate::execution::Place;
use crate::explore;

/// `std::process::exit` in this world.
#[track_caller]
pub fn exit(code: i32) -> ! {
    end(&format!("exit({code})"), Location::caller())
}

/// `std::process::abort` in this world.
#[track_caller]
pub fn abort() -> ! {
    end("abort()", Location::caller())
}

fn end(how: &str, at: Place) -> ! {
    explore::conclude(Failure {
        verdict: Verdict::NoVerdict,
        kind: None,
        message: format!("the program ended its process with `{how}`"),
        at: Some(at.into()),
    })
}
