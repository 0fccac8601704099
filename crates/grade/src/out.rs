//! The folder of a grading.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::text::Texts;

/// Where everything lies that a grading reads and writes.
#[derive(Clone, Debug)]
pub struct Out {
    folder: PathBuf,
}

impl Out {
    /// A folder, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Out { folder: folder.into() }
    }

    /// The folder itself.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What students' files say.
    pub fn texts(&self) -> Texts {
        Texts::new(&self.folder)
    }

    /// What the class handed in.
    pub fn class(&self) -> PathBuf {
        self.folder.join("class.json")
    }

    /// What is to be judged.
    pub fn plan(&self) -> PathBuf {
        self.folder.join("plan.json")
    }

    /// The private scenarios, as they were when the plan was made.
    pub fn overlay(&self) -> PathBuf {
        self.folder.join("overlay")
    }

    /// What one unit of work came to.
    pub fn unit(&self, key: &str) -> PathBuf {
        self.folder.join("units").join(key).with_extension("json")
    }

    /// The records.
    pub fn results(&self) -> PathBuf {
        self.folder.join("results.jsonl")
    }

    /// How long everything took.
    pub fn timings(&self) -> PathBuf {
        self.folder.join("timings.jsonl")
    }

    /// The instructor's page.
    pub fn report(&self) -> PathBuf {
        self.folder.join("report.html")
    }

    /// The students' pages.
    pub fn pages(&self) -> PathBuf {
        self.folder.join("pages")
    }

    /// The films, one for each text that failed.
    pub fn films(&self) -> PathBuf {
        self.folder.join("films")
    }

    /// What other programs read.
    pub fn export(&self) -> PathBuf {
        self.folder.join("export")
    }
}

/// Reads a file of ours.
///
/// # Errors
/// It is not there, or is not what it should be.
pub fn read<T: DeserializeOwned>(path: &Path) -> anyhow::Result<T> {
    let text = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not what `grade` writes", path.display()))
}

/// Replaces a file of ours in one step.
///
/// # Errors
/// It cannot be written.
pub fn write<T: Serialize>(path: &Path, what: &T) -> anyhow::Result<()> {
    let mut text = serde_json::to_vec_pretty(what)?;
    text.push(b'\n');
    Ok(judge::replace_file(path, &text)?)
}

/// Replaces a file of ours that holds one JSON object a line.
///
/// # Errors
/// It cannot be written.
pub fn write_lines<T: Serialize>(path: &Path, lines: impl IntoIterator<Item = T>) -> anyhow::Result<()> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, &line)?;
        text.push(b'\n');
    }
    Ok(judge::replace_file(path, &text)?)
}

/// Reads a file of ours that holds one JSON object a line.
///
/// # Errors
/// It is not there, or is not what it should be.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> anyhow::Result<Vec<T>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<_, _>>();
    lines.with_context(|| format!("{} is not what `grade` writes", path.display()))
}
