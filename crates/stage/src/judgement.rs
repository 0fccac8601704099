//! A judgement that is handed over in a file.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Exercise};
use judge::Judgement;

/// What is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Shown {
    /// The repository.
    #[arg(long)]
    pub(crate) root: PathBuf,
    /// The id of the exercise.
    #[arg(long)]
    exercise: String,
    /// A judgement that came to running, as JSON.
    #[arg(long)]
    judgement: PathBuf,
}

impl Shown {
    /// Reads it, and the exercise that it is about.
    pub(crate) fn read(&self) -> anyhow::Result<(Exercise, Judgement)> {
        let text =
            std::fs::read(&self.judgement).with_context(|| format!("cannot read {}", self.judgement.display()))?;
        let judgement = serde_json::from_slice(&text).context("this is no judgement")?;
        Ok((exercise(&self.root, &self.exercise)?, judgement))
    }
}

/// An exercise of a repository.
pub(crate) fn exercise(root: &Path, id: &str) -> anyhow::Result<Exercise> {
    let catalogue = Catalogue::read(root)?;
    Ok(catalogue.exercise(catalogue.find(id)?)?)
}
