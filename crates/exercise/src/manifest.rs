//! `exercise.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use kata_trace::{Budget, DeadlockKind, Grades, Verdict};
use serde::{Deserialize, Serialize};
use toml_edit::{DocumentMut, TableLike};

use crate::Error;

/// What `exercise.toml` says.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Manifest {
    /// A few words.
    pub title: String,
    /// The track it belongs to.
    pub track: Track,
    /// From 1 to 5.
    pub difficulty: u8,
    /// The worlds it is judged in, in this order.
    pub engines: Vec<Engine>,
    /// Crates other than `std` that the learner's file may use.
    #[serde(default)]
    pub crates: Vec<String>,
    /// Crates other than `kata` that only the hidden tests use: `proptest`.
    #[serde(default)]
    pub test_crates: Vec<String>,
    /// The files that the learner edits, relative to the exercise's folder.
    pub editable: Vec<PathBuf>,
    /// The learner's file may say `unsafe`.
    #[serde(default)]
    pub allow_unsafe: bool,
    /// The learner's file and the hidden tests start other processes: whatever runs them must let them.
    #[serde(default)]
    pub processes: bool,
    /// The verdict that the exercise as delivered gets.
    pub verdict: Verdict,
    /// The kind, when that verdict is a deadlock.
    #[serde(default)]
    pub kind: Option<DeadlockKind>,
    /// The scenario in which the exercise as delivered fails.
    pub scenario: String,
    /// One line for the list of exercises.
    pub summary: String,
    /// From the gentlest to the most telling.
    #[serde(default, rename = "hint")]
    pub hints: Vec<Hint>,
    /// Where the pitfall was met.
    #[serde(default, rename = "reference")]
    pub references: Vec<Reference>,
    /// How far each scenario is explored, where nothing else is said for it.
    #[serde(default)]
    pub budget: Budget,
    /// The budgets of the scenarios that have their own.
    #[serde(default)]
    pub scenario_budget: BTreeMap<String, Budget>,
    /// What is thought of the outcomes of scenarios: those that a scenario with any does not list are forbidden.
    #[serde(default)]
    pub outcomes: BTreeMap<String, Grades>,
}

/// A world that an exercise is judged in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    /// Explores interleavings under sequential consistency.
    Shuttle,
    /// Explores interleavings and what weak memory orderings allow.
    Loom,
    /// Runs real threads and observes them.
    Real,
}

impl Engine {
    /// All of them.
    pub const ALL: [Engine; 3] = [Engine::Shuttle, Engine::Loom, Engine::Real];

    /// The name, as in `hidden/shuttle.rs` and `kata-shuttle`.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Shuttle => "shuttle",
            Engine::Loom => "loom",
            Engine::Real => "real",
        }
    }

    /// Every thread of the program is a coroutine that the world schedules: what it does to the outside happens once
    /// per execution, thousands of times.
    pub fn is_model(self) -> bool {
        self != Engine::Real
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A part of the course.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Track {
    /// Locks and what they protect.
    SharedState,
    /// Waiting and channels.
    Messages,
    /// Atomics and the memory model.
    Atomics,
    /// Futures, tasks and executors.
    Async,
    /// Thread pools and performance.
    Pools,
    /// Processes and the operating system.
    Processes,
    /// What production adds.
    Production,
}

impl Track {
    /// All of them, in the order of the course.
    pub const ALL: [Track; 7] = [
        Track::SharedState,
        Track::Messages,
        Track::Atomics,
        Track::Async,
        Track::Pools,
        Track::Processes,
        Track::Production,
    ];

    /// The name, as in `exercise.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Track::SharedState => "shared-state",
            Track::Messages => "messages",
            Track::Atomics => "atomics",
            Track::Async => "async",
            Track::Pools => "pools",
            Track::Processes => "processes",
            Track::Production => "production",
        }
    }

    /// The heading that learners see.
    pub fn title(self) -> &'static str {
        match self {
            Track::SharedState => "Shared state",
            Track::Messages => "Waiting and messages",
            Track::Atomics => "Atomics and the memory model",
            Track::Async => "Async",
            Track::Pools => "Pools and performance",
            Track::Processes => "Processes and the operating system",
            Track::Production => "Production",
        }
    }
}

/// Help that is given on request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hint {
    /// How much it gives away.
    pub stage: Stage,
    /// The verdicts that it speaks to; any, if there are none.
    #[serde(default)]
    pub verdicts: Vec<Verdict>,
    /// Markdown.
    pub text: String,
}

impl Hint {
    /// Whether it helps after this verdict, which is none before the first check.
    pub fn suits(&self, verdict: Option<Verdict>) -> bool {
        self.verdicts.is_empty() || verdict.is_some_and(|verdict| self.verdicts.contains(&verdict))
    }
}

/// How much a hint gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// What to look at in the failing run.
    Symptom,
    /// Where in the program it goes wrong.
    Where,
    /// What would mend it.
    Idea,
    /// What the mended program looks like.
    Shape,
}

impl Stage {
    /// All of them, from the gentlest to the most telling.
    pub const ALL: [Stage; 4] = [Stage::Symptom, Stage::Where, Stage::Idea, Stage::Shape];

    /// From 1 to 4.
    pub fn number(self) -> u8 {
        match self {
            Stage::Symptom => 1,
            Stage::Where => 2,
            Stage::Idea => 3,
            Stage::Shape => 4,
        }
    }

    /// What the reader is told.
    pub fn title(self) -> &'static str {
        match self {
            Stage::Symptom => "what to look at",
            Stage::Where => "where it goes wrong",
            Stage::Idea => "the idea",
            Stage::Shape => "the shape of a fix",
        }
    }
}

/// Something to read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub title: String,
    /// Where it is.
    #[serde(default)]
    pub url: Option<String>,
}

impl Manifest {
    /// Reads `exercise.toml`.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML, or says something that an exercise cannot be.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::new(path, error))?;
        Manifest::parse(&text).map_err(|problem| Error::new(path, problem))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
        inherit_budget(&mut document);
        let manifest: Manifest = toml_edit::de::from_document(document).map_err(|error| error.to_string())?;
        if !(1..=5).contains(&manifest.difficulty) {
            return Err(format!("`difficulty` is {}, and goes from 1 to 5", manifest.difficulty));
        }
        if manifest.engines.is_empty() {
            return Err("`engines` is empty: an exercise is judged in at least one world".to_owned());
        }
        if manifest.editable.is_empty() {
            return Err("`editable` is empty: the learner edits at least one file".to_owned());
        }
        if manifest.verdict == Verdict::Passed {
            return Err("`verdict` is `passed`: an exercise is delivered broken".to_owned());
        }
        if manifest.kind.is_some() && manifest.verdict != Verdict::Deadlock {
            return Err(format!("`kind` is for deadlocks, and `verdict` is `{}`", manifest.verdict));
        }
        if let Some(engine) = manifest.engines.iter().find(|engine| manifest.processes && engine.is_model()) {
            return Err(format!(
                "`processes` is for the real world: in the {engine} world each interleaving would start some"
            ));
        }
        if let Some((scenario, outcome)) =
            manifest.outcomes.iter().find_map(|(scenario, grades)| Some((scenario, grades.contradiction()?)))
        {
            return Err(format!("`outcomes.{scenario}` grades `{outcome}` twice"));
        }
        Ok(manifest)
    }

    /// What is thought of the outcomes of a scenario.
    pub fn grades(&self, scenario: &str) -> &Grades {
        self.outcomes.get(scenario).unwrap_or(&NO_GRADES)
    }

    /// How far to explore a scenario, and what its process may use.
    pub fn budget(&self, scenario: &str) -> &Budget {
        self.scenario_budget.get(scenario).unwrap_or(&self.budget)
    }
}

/// Nothing is thought of any outcome.
static NO_GRADES: Grades =
    Grades { acceptable: BTreeSet::new(), interesting: BTreeSet::new(), forbidden: BTreeSet::new() };

/// A scenario's budget says only what differs: the rest is the exercise's.
fn inherit_budget(document: &mut DocumentMut) {
    let common: Vec<_> = (document.get("budget").and_then(|item| item.as_table_like()))
        .map(|table| table.iter().map(|(key, value)| (key.to_owned(), value.clone())).collect())
        .unwrap_or_default();
    let Some(scenarios) = document.get_mut("scenario-budget").and_then(|item| item.as_table_like_mut()) else {
        return;
    };
    for (_, scenario) in scenarios.iter_mut() {
        let Some(table): Option<&mut dyn TableLike> = scenario.as_table_like_mut() else { continue };
        for (key, value) in &common {
            if !table.contains_key(key) {
                table.insert(key, value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kata_trace::Grade;

    use super::*;

    const DEADLOCK: &str = r#"
title = "The bank that stops"
track = "shared-state"
difficulty = 2
engines = ["shuttle"]
editable = ["src/lib.rs"]
verdict = "deadlock"
kind = "lock-cycle"
scenario = "opposite_transfers"
summary = "Two transfers in opposite directions."

[budget]
executions = 7
steps = 9

[scenario-budget.cycle]
executions = 8

[outcomes.cycle]
acceptable = ["done"]

[[hint]]
stage = "symptom"
text = "Who waits for whom?"
"#;

    #[test]
    fn a_scenario_inherits_what_its_budget_does_not_say() {
        let manifest = Manifest::parse(DEADLOCK).unwrap();
        let usual = Budget { executions: 7, steps: 9, ..Budget::default() };
        assert_eq!(manifest.budget("opposite_transfers"), &usual);
        assert_eq!(manifest.budget("cycle"), &Budget { executions: 8, ..usual });
        assert_eq!(manifest.hints[0].stage, Stage::Symptom);
    }

    #[test]
    fn names_are_those_of_the_manifest() {
        for track in Track::ALL {
            let text = DEADLOCK.replace("shared-state", track.name());
            assert_eq!(Manifest::parse(&text).unwrap().track, track);
        }
        for engine in Engine::ALL {
            let text = DEADLOCK.replace("shuttle", engine.name());
            assert_eq!(Manifest::parse(&text).unwrap().engines, [engine]);
        }
    }

    #[test]
    fn a_hint_for_certain_verdicts_suits_no_other() {
        let text = DEADLOCK.replace("stage =", "verdicts = [\"deadlock\", \"livelock\"]\nstage =");
        let hint = &Manifest::parse(&text).unwrap().hints[0];
        assert!(hint.suits(Some(Verdict::Livelock)));
        assert!(!hint.suits(Some(Verdict::Panicked)) && !hint.suits(None));
    }

    #[test]
    fn a_scenario_without_grades_grades_nothing() {
        let manifest = Manifest::parse(DEADLOCK).unwrap();
        assert_eq!(manifest.grades("cycle").of("done"), Some(Grade::Acceptable));
        assert_eq!(manifest.grades("cycle").of("never done"), Some(Grade::Forbidden));
        assert_eq!(manifest.grades("opposite_transfers").of("done"), None);
    }

    #[test]
    fn a_wrong_manifest_is_refused_in_words() {
        let refusal = |from: &str, to: &str| Manifest::parse(&DEADLOCK.replace(from, to)).unwrap_err();
        insta::assert_snapshot!(refusal("difficulty = 2", "difficulty = 6"), @"`difficulty` is 6, and goes from 1 to 5");
        insta::assert_snapshot!(refusal("\"deadlock\"", "\"livelock\""), @"`kind` is for deadlocks, and `verdict` is `livelock`");
        insta::assert_snapshot!(refusal("verdict =", "processes = true\nverdict ="), @"`processes` is for the real world: in the shuttle world each interleaving would start some");
        let twice = "acceptable = [\"done\"]\nforbidden = [\"done\"]";
        insta::assert_snapshot!(refusal("acceptable = [\"done\"]", twice), @"`outcomes.cycle` grades `done` twice");
        insta::assert_snapshot!(refusal("steps = 9", "stepz = 9"), @"
        unknown field `stepz`, expected one of `executions`, `floor`, `steps`, `preemptions`, `random-executions`, `seed`, `inputs`, `cpu-seconds`, `wall-seconds`, `memory-mib`, `output-kib`
        in `budget`
        ");
        insta::assert_snapshot!(refusal("\"shuttle\"", "\"shutle\""), @"
        unknown variant `shutle`, expected one of `shuttle`, `loom`, `real`
        in `engines`
        ");
        insta::assert_snapshot!(refusal("\"deadlock\"", "deadlock"), @"
        TOML parse error at line 7, column 11
          |
        7 | verdict = deadlock
          |           ^^^^^^^^
        string values must be quoted, expected literal string
        ");
    }
}
