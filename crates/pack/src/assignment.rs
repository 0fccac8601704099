//! What is to be graded, as far as a kit has to know it: the whole of the file is read where the grading is done.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Id};
use toml_edit::{DocumentMut, Item, value};

/// The points of an exercise where nothing is said.
const USUAL_POINTS: f64 = 10.0;

/// An assignment file.
#[derive(Clone, Debug)]
pub struct Assignment {
    document: DocumentMut,
    /// Its exercises and their points.
    pub tasks: Vec<(Id, f64)>,
    /// The folder of private scenarios.
    pub overlay: Option<PathBuf>,
}

impl Assignment {
    /// Reads an assignment file.
    ///
    /// # Errors
    /// It cannot be read, or names no exercise, or one that does not exist.
    pub fn read(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let wrong = || format!("{} is no assignment", path.display());
        let document: DocumentMut = text.parse().with_context(wrong)?;
        let tables = document.get("exercise").and_then(Item::as_array_of_tables);
        let tasks = tables.into_iter().flatten().map(|task| {
            let id = task.get("id").and_then(Item::as_str).context("an exercise has no `id`")?;
            let points = task.get("points").and_then(|points| {
                points
                    .as_float()
                    .or_else(|| points.as_integer().and_then(|whole| i32::try_from(whole).ok()).map(f64::from))
            });
            anyhow::Ok((catalogue.find(id)?.clone(), points.unwrap_or(USUAL_POINTS)))
        });
        let tasks: Vec<_> = tasks.collect::<anyhow::Result<_>>().with_context(wrong)?;
        anyhow::ensure!(!tasks.is_empty(), "{} names no exercise: a kit has to know what it is for", path.display());
        let overlay = document.get("overlay").and_then(Item::as_str);
        let overlay = overlay.map(|overlay| path.parent().unwrap_or(Path::new("")).join(overlay));
        Ok(Assignment { document, tasks, overlay })
    }

    /// The file, with its private scenarios in another folder.
    pub(crate) fn with_overlay(&self, folder: &str) -> String {
        let mut document = self.document.clone();
        document["overlay"] = value(folder);
        document.to_string()
    }

    /// The file as it is.
    pub(crate) fn text(&self) -> String {
        self.document.to_string()
    }
}
