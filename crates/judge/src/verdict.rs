//! What a check found: the contract of `--json`.

use std::collections::BTreeSet;
use std::path::Path;

use exercise::{Engine, Exercise, Id};
use kata_trace::{
    DeadlockKind, Event, Evidence, Location, Object, Outcome, Record, Simplification, Thread, Trace, Verdict,
};
use sandbox::Tier;
use serde::{Deserialize, Serialize};

/// The version of [`Judgement`]'s form.
pub const SCHEMA: u32 = 1;

/// What a check found. Two checks of the same file differ in [`Judgement::ms`] only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The exercise's id.
    pub exercise: String,
    /// The verdict: that of the first scenario that failed, or `passed`.
    pub verdict: Verdict,
    /// The kind of a deadlock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeadlockKind>,
    /// The world of the scenario that failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<Engine>,
    /// The scenario that failed.
    pub scenario: Option<String>,
    /// What kept the program from everything else, if anything did.
    #[serde(default)]
    pub sandbox: Option<Tier>,
    /// What was explored: in the scenario that failed, or in all of them.
    pub evidence: Option<Evidence>,
    /// One sentence; empty for `passed`.
    pub message: String,
    /// Where the failure shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// The failing schedule, for `replay`.
    pub schedule: Option<String>,
    /// How much simpler the failing execution was made, where that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simplification: Option<Simplification>,
    /// The threads of the failing execution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub threads: Vec<Thread>,
    /// The objects of the failing execution.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// The steps of the failing execution.
    pub trace: Vec<Event>,
    /// What the compiler or the lint says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The scenarios that ran, up to the first that failed.
    pub scenarios: Vec<ScenarioResult>,
    /// The only part that differs from check to check.
    pub ms: Milliseconds,
}

/// A complaint about a place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// One line.
    pub message: String,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Location>,
    /// What to do instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The whole of it with an excerpt of the source, the way rustc prints it, in ANSI colours: see
    /// [`Judgement::without_colours`].
    pub rendered: String,
}

/// What one scenario found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioResult {
    /// Its name.
    pub name: String,
    /// The first sentence of its documentation.
    pub about: String,
    /// The world it ran in.
    pub engine: Engine,
    /// Its verdict.
    pub verdict: Verdict,
    /// Executions that were explored.
    pub executions: u64,
    /// Nothing was left out, except inputs.
    pub exhaustive: bool,
    /// The preemption bound that was reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preemption_bound: Option<u32>,
    /// The seed of the randomised search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Generated inputs that were explored, each as far as is said here, if the scenario asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<u32>,
    /// What the executions came to, where the scenario says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// Milliseconds on the wall clock.
    pub ms: u64,
}

/// Where the time went, in milliseconds on the wall clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Milliseconds {
    /// The compiler and the linker.
    pub compile: u64,
    /// The processes of the scenarios.
    pub run: u64,
    /// All of it, within the judge.
    pub total: u64,
}

pub(crate) fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Why a file is refused before it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// `compile-error` or `rejected-source`.
    pub verdict: Verdict,
    /// One sentence.
    pub message: String,
    /// In the order in which they are to be read. The first tells where.
    pub diagnostics: Vec<Diagnostic>,
}

impl Judgement {
    fn new(exercise: &Id, verdict: Verdict, message: String) -> Self {
        Judgement {
            schema: SCHEMA,
            exercise: exercise.to_string(),
            verdict,
            kind: None,
            engine: None,
            scenario: None,
            sandbox: None,
            evidence: None,
            message,
            at: None,
            schedule: None,
            simplification: None,
            threads: Vec::new(),
            objects: Vec::new(),
            trace: Vec::new(),
            diagnostics: Vec::new(),
            scenarios: Vec::new(),
            ms: Milliseconds::default(),
        }
    }

    /// The file never ran.
    pub(crate) fn rejected(exercise: &Id, rejection: Rejection) -> Self {
        Judgement {
            at: rejection.diagnostics.iter().find_map(|diagnostic| diagnostic.at.clone()),
            diagnostics: rejection.diagnostics,
            ..Judgement::new(exercise, rejection.verdict, rejection.message)
        }
    }

    /// Every scenario held.
    pub(crate) fn passed(exercise: &Id, scenarios: Vec<ScenarioResult>) -> Self {
        // A small scenario that was explored in full says nothing about how far the others were: only those with something
        // left out have a bound that limits what is claimed.
        let left_out = scenarios.iter().filter(|scenario| !scenario.exhaustive);
        let bound = left_out.filter_map(|scenario| scenario.preemption_bound).min();
        let evidence = Evidence {
            executions: scenarios.iter().map(|scenario| scenario.executions).sum(),
            preemption_bound: bound.or(scenarios.iter().filter_map(|scenario| scenario.preemption_bound).max()),
            exhaustive: scenarios.iter().all(|scenario| scenario.exhaustive && scenario.inputs.is_none()),
            seed: scenarios.iter().find_map(|scenario| scenario.seed),
            inputs: None,
        };
        Judgement { evidence: Some(evidence), scenarios, ..Judgement::new(exercise, Verdict::Passed, String::new()) }
    }

    /// The last of `scenarios` ended as `record` says.
    pub(crate) fn ended(exercise: &Id, engine: Engine, record: Record, scenarios: Vec<ScenarioResult>) -> Self {
        let trace = record.trace.unwrap_or_default();
        Judgement {
            kind: record.kind,
            engine: Some(engine),
            scenario: Some(record.scenario),
            evidence: Some(record.evidence),
            at: record.at,
            schedule: record.schedule,
            simplification: record.simplification,
            threads: trace.threads,
            objects: trace.objects,
            trace: trace.events,
            scenarios,
            ..Judgement::new(exercise, record.verdict, record.message)
        }
    }

    /// The checker failed, not the learner.
    pub fn internal_error(exercise: &Id, message: String) -> Self {
        Judgement::new(exercise, Verdict::InternalError, message)
    }

    /// The failing execution, if one was recorded.
    pub fn execution(&self) -> Option<Trace> {
        (!self.threads.is_empty()).then(|| Trace {
            threads: self.threads.clone(),
            objects: self.objects.clone(),
            events: self.trace.clone(),
        })
    }

    /// The files that the failing execution went through, as far as a learner may see them: the path as in
    /// [`Location::file`], and the text.
    pub fn sources(&self, root: &Path, exercise: &Exercise) -> Vec<(String, String)> {
        let hidden = self.engine.map(|engine| exercise.hidden(engine).to_string_lossy().into_owned());
        // Those of an overlay lie in a folder of that name, too.
        let is_hidden = |file: &str| {
            Some(file) == hidden.as_deref() || Path::new(file).parent().is_some_and(|folder| folder.ends_with("hidden"))
        };
        let places = self.trace.iter().filter_map(|event| event.at.as_ref()).chain(&self.at);
        let names: BTreeSet<&str> = places.map(|at| at.file.as_str()).filter(|file| !is_hidden(file)).collect();
        // A place in the standard library has no file here, and is not quoted.
        let read = |name: &str| Some((name.to_owned(), std::fs::read_to_string(root.join(name)).ok()?));
        names.into_iter().filter_map(read).collect()
    }

    /// The same in plain text.
    pub fn without_colours(&self) -> Self {
        let mut plain = self.clone();
        for diagnostic in &mut plain.diagnostics {
            diagnostic.rendered = anstream::adapter::strip_str(&diagnostic.rendered).to_string();
        }
        plain
    }

    /// What is known about the scenario that failed.
    pub fn failing_scenario(&self) -> Option<&ScenarioResult> {
        self.scenario.as_ref().and_then(|name| {
            self.scenarios.iter().find(|result| result.name == *name && Some(result.engine) == self.engine)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explored(exhaustive: bool, preemption_bound: u32) -> ScenarioResult {
        ScenarioResult {
            name: "scenario".to_owned(),
            about: String::new(),
            engine: Engine::Shuttle,
            verdict: Verdict::Passed,
            executions: 1,
            exhaustive,
            preemption_bound: Some(preemption_bound),
            seed: None,
            inputs: None,
            outcomes: Vec::new(),
            ms: 0,
        }
    }

    fn bound(scenarios: Vec<ScenarioResult>) -> Option<u32> {
        Judgement::passed(&"03-deadlock".parse().unwrap(), scenarios).evidence.unwrap().preemption_bound
    }

    #[test]
    fn a_scenario_with_nothing_left_out_does_not_lower_the_bound() {
        assert_eq!(bound(vec![explored(true, 0), explored(false, 3), explored(false, 2)]), Some(2));
        assert_eq!(bound(vec![explored(true, 0), explored(true, 4)]), Some(4));
    }
}
