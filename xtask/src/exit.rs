//! How the process ends: a contract with scripts and graders.

use std::process::ExitCode;

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What was judged is right, or there was nothing to judge.
    Passed,
    /// What was judged is wrong.
    NotPassed,
    /// The command line asks for something that does not exist.
    BadUsage,
    /// The checker failed, not the learner.
    InternalError,
}

/// Says what went wrong, if anything did, and turns it into a status.
pub(crate) fn code(result: anyhow::Result<Outcome>) -> ExitCode {
    let outcome = result.unwrap_or_else(|error| {
        anstream::eprintln!("error: {error:#}");
        Outcome::InternalError
    });
    ExitCode::from(match outcome {
        Outcome::Passed => 0,
        Outcome::NotPassed => 1,
        Outcome::BadUsage => 2,
        Outcome::InternalError => 3,
    })
}
