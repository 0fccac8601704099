//! The kit for students.

use std::path::Path;

use exercise::Catalogue;

use crate::{Kit, repository};

/// The exercises as they are shipped and the checker, without solutions and corpora.
///
/// # Errors
/// The repository cannot be read.
pub fn student(root: &Path, catalogue: &Catalogue) -> anyhow::Result<Kit> {
    repository::without_solutions(root, catalogue)
}
