//! The kit for students.

use std::path::Path;

use exercise::Catalogue;

use crate::{Kit, repository};

/// The folder that everything is in.
const FOLDER: &str = "katas";

/// The exercises as they are shipped and the checker, without solutions and corpora, in a folder of their own.
///
/// # Errors
/// The repository cannot be read.
pub fn student(root: &Path, catalogue: &Catalogue) -> anyhow::Result<Kit> {
    let mut kit = Kit::default();
    kit.put_kit(Path::new(FOLDER), repository::without_solutions(root, catalogue)?);
    Ok(kit)
}
