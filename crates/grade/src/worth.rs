//! The scenarios that a text is held to, and what it is worth by them.

use std::path::Path;

use anyhow::Context as _;
use assignment::{Assignment, Credit, Task};
use exercise::{Catalogue, Engine, Exercise};
use judge::{Judgement, scenarios};
use kata_trace::Verdict;
use serde::{Deserialize, Serialize};

/// A scenario that a text is held to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its name.
    pub name: String,
    /// The first sentence of its documentation.
    pub about: String,
    /// The world it runs in.
    pub engine: Engine,
    /// Students never had it.
    pub private: bool,
}

/// How a scenario of a record ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioRecord {
    /// Its name.
    pub name: String,
    /// The world it ran in.
    pub engine: Engine,
    /// Students never had it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub private: bool,
    /// What it weighs.
    pub weight: u32,
    /// What it found; nothing if it did not run.
    pub verdict: Option<Verdict>,
    /// Executions that were explored.
    pub executions: u64,
    /// Nothing was left out.
    pub exhaustive: bool,
}

/// The scenarios of an exercise, those of the overlay behind those of their world.
///
/// # Errors
/// The hidden tests cannot be read.
pub fn expected(root: &Path, exercise: &Exercise, overlay: Option<&Path>) -> anyhow::Result<Vec<Expected>> {
    let mut all = Vec::new();
    for &engine in &exercise.manifest.engines {
        let own = (root.join(exercise.hidden(engine)), false);
        let further = overlay.map(|overlay| (exercise.hidden_in(overlay, engine), true));
        for (path, private) in std::iter::once(own).chain(further.filter(|(path, _)| path.is_file())) {
            let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let found = scenarios(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            let found = found.into_iter();
            all.extend(found.map(|scenario| Expected { name: scenario.name, about: scenario.about, engine, private }));
        }
    }
    Ok(all)
}

/// Sees whether what an assignment says about scenarios is about some that there are: a name that is misspelled would
/// otherwise count for nothing, and nobody would notice.
///
/// # Errors
/// A weight or a private scenario is of nothing that exists, or the hidden tests cannot be read.
pub fn check(root: &Path, catalogue: &Catalogue, assignment: &Assignment) -> anyhow::Result<()> {
    let overlay = assignment.overlay.as_deref();
    for task in &assignment.tasks {
        let exercise = catalogue.exercise(catalogue.find(&task.id)?)?;
        let known = expected(root, &exercise, overlay)?;
        let is_known = |name: &str| known.iter().any(|known| known.name == name);
        if let Some(name) = task.weights.keys().find(|name| !is_known(name)) {
            let known: Vec<&str> = known.iter().map(|known| known.name.as_str()).collect();
            anyhow::bail!(
                "{} has no scenario `{name}` that could weigh something; it has {}",
                task.id,
                known.join(", ")
            );
        }
    }
    let Some(overlay) = overlay else { return Ok(()) };
    for entry in std::fs::read_dir(overlay).with_context(|| format!("cannot list {}", overlay.display()))? {
        let folder = entry?.path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        if !folder.is_dir() || name.starts_with('.') {
            continue;
        }
        let id = catalogue.ids().iter().find(|id| id.as_str() == name);
        let id = id.with_context(|| format!("{}: there is no exercise with this id", folder.display()))?;
        let exercise = catalogue.exercise(id)?;
        let files: Vec<_> =
            exercise.manifest.engines.iter().map(|&engine| exercise.hidden_in(overlay, engine)).collect();
        let names: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        anyhow::ensure!(
            files.iter().any(|file| file.is_file()),
            "{} holds no private scenarios: they lie in {}",
            folder.display(),
            names.join(" or ")
        );
    }
    Ok(())
}

/// How each scenario ended.
pub(crate) fn ended(task: &Task, expected: &[Expected], judgement: Option<&Judgement>) -> Vec<ScenarioRecord> {
    let record = |expected: &Expected| {
        let is_it = |name: &str, engine: Engine| name == expected.name && engine == expected.engine;
        let ran = judgement.map_or(&[][..], |judgement| &judgement.scenarios);
        let ran = ran.iter().find(|ran| is_it(&ran.name, ran.engine));
        ScenarioRecord {
            name: expected.name.clone(),
            engine: expected.engine,
            private: expected.private,
            weight: task.weight(&expected.name),
            verdict: ran.map(|ran| ran.verdict),
            executions: ran.map_or(0, |ran| ran.executions),
            exhaustive: ran.is_some_and(|ran| ran.exhaustive),
        }
    };
    expected.iter().map(record).collect()
}

/// What a text is worth.
pub(crate) fn mark(task: &Task, verdict: Verdict, scenarios: &[ScenarioRecord]) -> f64 {
    if verdict == Verdict::Passed {
        return task.points;
    }
    // Whoever meddles with the checker has no share.
    let meddled = |verdict: Verdict| matches!(verdict, Verdict::Tampered | Verdict::NoVerdict);
    let any = scenarios.iter().filter_map(|scenario| scenario.verdict).any(meddled);
    if task.credit == Credit::All || meddled(verdict) || any {
        return 0.0;
    }
    let weigh = |counts: fn(&ScenarioRecord) -> bool| -> f64 {
        scenarios.iter().filter(|scenario| counts(scenario)).map(|scenario| f64::from(scenario.weight)).sum()
    };
    let (held, all) = (weigh(|scenario| scenario.verdict == Some(Verdict::Passed)), weigh(|_| true));
    if all > 0.0 { rounded(task.points * held / all) } else { 0.0 }
}

/// To hundredths of a point.
pub(crate) fn rounded(points: f64) -> f64 {
    // What is below zero by less than a hundredth is zero, and not the negative one.
    (points * 100.0).round() / 100.0 + 0.0
}

/// What lies between two parts of a whole. Rounded so, adjoining shares add up to the whole, rounded.
pub(crate) fn share(points: f64, from: f64, to: f64) -> f64 {
    rounded(rounded(points * to) - rounded(points * from))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scenario(weight: u32, verdict: Option<Verdict>) -> ScenarioRecord {
        let (name, engine) = ("scenario".to_owned(), Engine::Shuttle);
        ScenarioRecord { name, engine, private: false, weight, verdict, executions: 1, exhaustive: true }
    }

    #[test]
    fn a_file_that_does_not_pass_is_worth_the_share_of_what_held() {
        let mut task = Task::unsaid("03-deadlock".to_owned());
        let held = Some(Verdict::Passed);
        let scenarios = [scenario(1, held), scenario(2, Some(Verdict::Deadlock)), scenario(0, None)];
        let worth = |task: &Task, verdict| mark(task, verdict, &scenarios).to_string();
        assert_eq!(worth(&task, Verdict::Deadlock), "0");
        task.credit = Credit::Scenarios;
        assert_eq!(worth(&task, Verdict::Deadlock), "3.33");
        assert_eq!(worth(&task, Verdict::Passed), "10");
        assert_eq!(worth(&task, Verdict::Tampered), "0");
        assert_eq!(
            mark(&task, Verdict::Deadlock, &[scenario(9, held), scenario(1, Some(Verdict::NoVerdict))]).to_string(),
            "0"
        );
        assert_eq!(mark(&task, Verdict::CompileError, &[]).to_string(), "0");
    }
}
