//! The records: what each student gets for each exercise, and why. They hold no time and nothing else that differs from
//! run to run.

use kata_trace::{DeadlockKind, Verdict};
use serde::{Deserialize, Serialize};

use crate::worth::ScenarioRecord;

/// What a student gets for an exercise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The version of this form.
    pub schema: u32,
    /// The student's id.
    pub student: String,
    /// The exercise's id.
    pub exercise: String,
    /// Whether there is a mark.
    pub status: Status,
    /// What the judge found; `internal-error` where it could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The kind of a deadlock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeadlockKind>,
    /// The scenario that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// What the judge says about it, in one sentence; or why it could not judge.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The marks, before anything is taken for being late. Nothing where it could not be judged.
    pub mark: Option<f64>,
    /// The marks that there are.
    pub points: f64,
    /// Stands for the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// It is the broken program as it is delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub starter: bool,
    /// The wrong fix of the corpus that it is like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    /// The sandbox that it was judged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<String>,
    /// How each scenario ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scenarios: Vec<ScenarioRecord>,
}

/// Whether there is a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// There is.
    Graded,
    /// Nothing was handed in.
    Missing,
    /// Something was, and could not be judged: our fault, and never a zero.
    InternalError,
}

/// How long a unit took.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Timing<'a> {
    pub(crate) key: &'a str,
    pub(crate) exercise: &'a str,
    pub(crate) text: &'a str,
    pub(crate) attempts: u32,
    pub(crate) ms: u64,
    pub(crate) compile_ms: u64,
    pub(crate) run_ms: u64,
}
