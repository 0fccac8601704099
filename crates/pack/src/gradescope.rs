//! The autograder for Gradescope: `setup.sh` prepares a container, `run_autograder` grades one submission in it.
//! See the [specification](https://gradescope-autograders.readthedocs.io/en/latest/specs/).

use std::path::Path;

use anyhow::Context as _;
use exercise::Catalogue;

use crate::{Assignment, Kit, repository};

const SETUP: &str = include_str!("gradescope/setup.sh");
const RUN: &str = include_str!("gradescope/run_autograder");

/// An autograder for an assignment. `without_sandbox` lets it grade in containers that offer no sandbox: what a student
/// wrote can then read and change everything in its container.
///
/// # Errors
/// The repository or the private scenarios cannot be read.
pub fn gradescope(
    root: &Path,
    catalogue: &Catalogue,
    assignment: &Assignment,
    without_sandbox: bool,
) -> anyhow::Result<Kit> {
    let mut katas = repository::without_solutions(root, catalogue)?;
    // The report names the mistakes that it recognises in them, and the container is tried with a right fix.
    repository::put(&mut katas, root, "solutions")?;
    let mut kit = Kit::default();
    kit.put_kit(Path::new("katas"), katas);
    kit.put_program("setup.sh", SETUP);
    kit.put_program("run_autograder", RUN);
    kit.put("sandbox", if without_sandbox { "--insecure-no-sandbox\n" } else { "" });
    let ids: Vec<_> = assignment.tasks.iter().map(|(id, _)| format!("{id}\n")).collect();
    kit.put("exercises", ids.concat());
    match &assignment.overlay {
        None => kit.put("assignment.toml", assignment.text()),
        Some(overlay) => {
            kit.put("assignment.toml", assignment.with_overlay("private"));
            let (parent, name) = (overlay.parent().unwrap_or(Path::new("")), overlay.file_name());
            let name = name.and_then(|name| name.to_str()).context("the folder of private scenarios has no name")?;
            let mut private = Kit::default();
            repository::put(&mut private, parent, name)?;
            for path in private.paths() {
                let text = private.text(path).with_context(|| format!("{} is no text", path.display()))?;
                kit.put(Path::new("private").join(path.strip_prefix(name)?), text);
            }
        }
    }
    Ok(kit)
}
