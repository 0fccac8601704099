//! What a kit is for.

use std::path::Path;

use assignment::Assignment;
use exercise::Catalogue;

/// Reads the assignment that a kit is for.
///
/// # Errors
/// It cannot be read, or names no exercise.
pub fn purpose(path: &Path, catalogue: &Catalogue) -> anyhow::Result<Assignment> {
    let assignment = Assignment::read(path, catalogue)?;
    let names_some = !assignment.tasks.is_empty();
    anyhow::ensure!(names_some, "{} names no exercise: a kit has to know what it is for", path.display());
    Ok(assignment)
}
