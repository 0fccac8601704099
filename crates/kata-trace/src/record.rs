//! What the judge asks of a scenario's process, and what the process answers.

use serde::{Deserialize, Serialize};

use crate::{DeadlockKind, Grades, Outcome, Simplification, Standing, ThreadId, Trace, Verdict};

/// A place in a source file. Lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Location {
    /// As rustc was given it.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1.
    pub column: u32,
}

impl From<&std::panic::Location<'_>> for Location {
    fn from(at: &std::panic::Location<'_>) -> Self {
        Location { file: at.file().to_owned(), line: at.line(), column: at.column() }
    }
}

/// How far to explore and what a process may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Budget {
    /// Executions of the systematic search, all bounds together.
    pub executions: u64,
    /// Executions that a pass needs at least: a program that keeps the contract cannot be explored in fewer.
    pub floor: u64,
    /// Steps of one execution; more is a livelock.
    pub steps: u64,
    /// The largest preemption bound of the systematic search; `None` goes on until nothing is left out.
    pub preemptions: Option<u32>,
    /// Executions of the randomised search (PCT) after a search that was not exhaustive.
    pub random_executions: u64,
    /// The seed of the randomised search, and of generated inputs.
    pub seed: u64,
    /// Inputs that are generated, for a scenario that asks for one.
    pub inputs: u32,
    /// Seconds of processor time.
    pub cpu_seconds: u64,
    /// Seconds on the wall clock.
    pub wall_seconds: u64,
    /// Mebibytes of address space.
    pub memory_mib: u64,
    /// Kibibytes of output.
    pub output_kib: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            executions: 20_000,
            floor: 1,
            steps: 2_000,
            preemptions: None,
            random_executions: 500,
            seed: 0x6b61_7461,
            inputs: 32,
            cpu_seconds: 10,
            wall_seconds: 60,
            memory_mib: 2_048,
            output_kib: 1_024,
        }
    }
}

/// The one line that a scenario's process reads from its standard input before any learner's code runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// 128 random bits, in hexadecimal: the answer must repeat them.
    pub nonce: String,
    /// The scenario to run.
    pub scenario: String,
    /// Its budget.
    pub budget: Budget,
    /// Run exactly this schedule once, in place of exploring. The empty one is any execution that was explored first,
    /// and `#7` the seventh, or the last one if there are fewer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// Make that schedule simpler, as long as it fails in the same way: the answer is the simplest such execution. A
    /// world that cannot do so answers with the execution itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simplify: bool,
    /// The grades of what the scenario may come to.
    #[serde(default)]
    pub grades: Grades,
    /// Stop at the first decision behind that schedule, and answer with it in [`Record::standing`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stop: bool,
}

/// What was explored: the reason to believe a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Executions, all phases together, the failing one included.
    pub executions: u64,
    /// The preemption bound that was reached: everything up to it was explored, or the failure was found at it.
    pub preemption_bound: Option<u32>,
    /// Nothing was left out, except inputs.
    pub exhaustive: bool,
    /// The seed of the randomised search, if there was one.
    pub seed: Option<u64>,
    /// Generated inputs that were explored, if the scenario asks for one. What is said of the preemption bound holds for
    /// each of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<u32>,
}

/// Where a schedule does not apply to a program: the program is not the one that it was found in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Divergence {
    /// The decision that cannot be taken, from 1.
    pub decision: u64,
    /// Who is to go on by that decision.
    pub wanted: ThreadId,
    /// Who can go on instead. Empty where the world cannot tell.
    pub possible: Vec<ThreadId>,
}

/// The one line that a scenario's process answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The request's.
    pub nonce: String,
    /// The request's.
    pub scenario: String,
    /// What was found.
    pub verdict: Verdict,
    /// The kind of a deadlock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeadlockKind>,
    /// One sentence.
    pub message: String,
    /// Where the failure shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// What was explored.
    pub evidence: Evidence,
    /// The failing schedule: a token a step, see the world's documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
    /// The failing execution. Of a replay that diverged: what went before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Trace>,
    /// Where a replay diverged; the verdict is then `internal-error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diverged: Option<Divergence>,
    /// See [`Request::simplify`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simplification: Option<Simplification>,
    /// What the executions came to, where the scenario says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// Where an execution that followed a schedule stands, if the world can tell. The verdict on one that has stopped is
    /// `passed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
}
