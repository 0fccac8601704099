//! Draws one execution for a person: a timeline with a lane for each thread, why it failed, and where in the source; in a
//! terminal, or as a film to step through in a browser.

mod end;
pub mod evidence;
mod excerpt;
#[cfg(feature = "film")]
pub mod film;
pub mod outcomes;
mod paint;
pub mod prose;
mod rows;
pub mod steps;
mod story;
pub mod timeline;
mod words;

pub use story::tell;

use kata_trace::{DeadlockKind, Evidence, Location, Outcome, Simplification, Trace, Verdict};

/// One scenario's outcome, as it is told to the learner.
#[derive(Clone, Copy, Debug)]
pub struct Story<'a> {
    /// What was found.
    pub verdict: Verdict,
    /// The kind of a deadlock.
    pub kind: Option<DeadlockKind>,
    /// The scenario's name.
    pub scenario: &'a str,
    /// What the scenario proves, in one sentence. May be empty.
    pub scenario_about: &'a str,
    /// One sentence from the world or the oracle. May be empty.
    pub message: &'a str,
    /// Where the failure shows.
    pub at: Option<&'a Location>,
    /// What was explored.
    pub evidence: &'a Evidence,
    /// How much simpler the failing execution was made, if it was.
    pub simplification: Option<&'a Simplification>,
    /// What the executions came to, where the scenario says so.
    pub outcomes: &'a [Outcome],
    /// The failing execution.
    pub trace: Option<&'a Trace>,
    /// The files that may be quoted: the path as in [`Location::file`], and the text.
    pub sources: &'a [(String, String)],
}

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Use ANSI colours. Without them nothing is lost but emphasis.
    pub color: bool,
    /// Columns of the terminal. Nothing is drawn wider than 100 columns, and nothing is squeezed below 40.
    pub width: usize,
}
