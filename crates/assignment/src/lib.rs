//! What a class was asked for, and what it is worth: the assignment file.

mod deadline;
mod late;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Exercise};
use serde::{Deserialize, Serialize};

pub use deadline::{Deadline, told};
pub use late::{Late, Lateness};

/// What an exercise is worth where nothing is said.
const USUAL_POINTS: f64 = 10.0;

/// An assignment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assignment {
    /// As it is shown, and as gradebooks name its column.
    pub title: String,
    /// When it is due, with the offset from universal time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Deadline>,
    /// How it is known when a student handed in.
    #[serde(default)]
    pub time: TimeSource,
    /// What being late costs.
    #[serde(default)]
    pub late: Late,
    /// A folder of private scenarios: `03-deadlock/hidden/shuttle.rs` in it. Relative to the assignment file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlay: Option<PathBuf>,
    /// The exercises. Without any, all that somebody handed in.
    #[serde(default, rename = "exercise", skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<Task>,
}

/// An exercise of an assignment.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Task {
    /// An id, a number, or a slug; its id once it is read.
    pub id: String,
    /// What it is worth.
    #[serde(default = "usual_points")]
    pub points: f64,
    /// What a file is worth that does not pass.
    #[serde(default)]
    pub credit: Credit,
    /// What scenarios weigh; one that is not named weighs 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, u32>,
}

/// What a file is worth that does not pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Credit {
    /// Nothing.
    #[default]
    All,
    /// Its share of the weights of all scenarios.
    Scenarios,
}

/// How it is known when a student handed in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimeSource {
    /// It is not.
    #[default]
    None,
    /// The roster has a column for it.
    Roster,
    /// Canvas marks names of files with `LATE`, and does not say how late.
    Canvas,
    /// When the files were changed last, as the file system says: not so in a git checkout.
    Modified,
}

impl Assignment {
    /// Reads an assignment file.
    ///
    /// # Errors
    /// It cannot be read, or says something that cannot be.
    pub fn read(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let parsed = Assignment::parse(&text, catalogue);
        let mut assignment = parsed.with_context(|| format!("{} is no assignment", path.display()))?;
        if let Some(overlay) = &mut assignment.overlay {
            *overlay = path.parent().unwrap_or(Path::new("")).join(&overlay);
            anyhow::ensure!(overlay.is_dir(), "{}: there is no folder {}", path.display(), overlay.display());
        }
        Ok(assignment)
    }

    fn parse(text: &str, catalogue: &Catalogue) -> anyhow::Result<Self> {
        let mut assignment: Assignment = toml_edit::de::from_str(text)?;
        for index in 0..assignment.tasks.len() {
            let task = &mut assignment.tasks[index];
            task.id = catalogue.find(&task.id)?.to_string();
            anyhow::ensure!(task.points.is_finite() && task.points >= 0.0, "{}: points below zero", task.id);
            let (before, task) = (&assignment.tasks[..index], &assignment.tasks[index]);
            anyhow::ensure!(before.iter().all(|other| other.id != task.id), "{} is named twice", task.id);
        }
        assignment.late.check()?;
        let needs_time = assignment.late.costs() && assignment.time == TimeSource::None;
        anyhow::ensure!(!needs_time, "`late` takes something, and `time` does not say when somebody handed in");
        let needs_deadline = assignment.late.costs() && !matches!(assignment.time, TimeSource::Canvas);
        anyhow::ensure!(
            !needs_deadline || assignment.deadline.is_some(),
            "`late` takes something: after which `deadline`?"
        );
        Ok(assignment)
    }

    /// An assignment of which nothing is said.
    pub fn unsaid(title: String) -> Self {
        Assignment {
            title,
            deadline: None,
            time: TimeSource::None,
            late: Late::default(),
            overlay: None,
            tasks: Vec::new(),
        }
    }

    /// An exercise of it.
    pub fn task(&self, exercise: &str) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == exercise)
    }

    /// What all of it is worth.
    pub fn points(&self) -> f64 {
        self.tasks.iter().map(|task| task.points).sum()
    }

    /// Its exercises, or all that there are, where it names none.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub fn exercises(&self, catalogue: &Catalogue) -> anyhow::Result<Vec<Exercise>> {
        if self.tasks.is_empty() {
            return Ok(catalogue.ids().iter().filter_map(|id| catalogue.exercise(id).ok()).collect());
        }
        self.tasks.iter().map(|task| Ok(catalogue.exercise(catalogue.find(&task.id)?)?)).collect()
    }
}

impl Task {
    /// An exercise of which nothing is said.
    pub fn unsaid(id: String) -> Self {
        Task { id, points: USUAL_POINTS, credit: Credit::default(), weights: BTreeMap::new() }
    }

    /// What a scenario weighs.
    pub fn weight(&self, scenario: &str) -> u32 {
        self.weights.get(scenario).copied().unwrap_or(1)
    }
}

fn usual_points() -> f64 {
    USUAL_POINTS
}
