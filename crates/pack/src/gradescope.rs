//! The autograder for Gradescope: `setup.sh` prepares a container, `run_autograder` grades one submission in it.
//! See the [specification](https://gradescope-autograders.readthedocs.io/en/latest/specs/).

use std::path::Path;

use anyhow::Context as _;
use assignment::Assignment;
use exercise::Catalogue;

use crate::{Kit, repository};

const SETUP: &str = include_str!("gradescope/setup.sh");
const RUN: &str = include_str!("gradescope/run_autograder");
/// Where the private scenarios lie in the kit.
const PRIVATE: &str = "private";

/// An autograder for an assignment. `without_sandbox` lets it grade in containers that offer no sandbox: what a student
/// wrote can then read and change everything in its container.
///
/// # Errors
/// The repository or the private scenarios cannot be read, or the assignment asks for what an autograder cannot know.
pub fn gradescope(
    root: &Path,
    catalogue: &Catalogue,
    assignment: &Assignment,
    without_sandbox: bool,
) -> anyhow::Result<Kit> {
    anyhow::ensure!(
        !assignment.late.costs(),
        "an autograder is not told when something was handed in: take `late` out of the assignment, and let Gradescope \
         take off what being late costs"
    );
    let mut katas = repository::without_solutions(root, catalogue)?;
    // The report names the mistakes that it recognises in them, and the container is tried with a right fix.
    repository::put(&mut katas, root, "solutions")?;
    let mut kit = Kit::default();
    kit.put_kit(Path::new("katas"), katas);
    kit.put_program("setup.sh", SETUP);
    kit.put_program("run_autograder", RUN);
    kit.put("sandbox", if without_sandbox { "--insecure-no-sandbox\n" } else { "" });
    let ids: Vec<_> = assignment.tasks.iter().map(|task| format!("{}\n", task.id)).collect();
    kit.put("exercises", ids.concat());
    let there = Assignment { overlay: assignment.overlay.as_ref().map(|_| PRIVATE.into()), ..assignment.clone() };
    kit.put("assignment.toml", toml_edit::ser::to_string_pretty(&there).context("the assignment cannot be written")?);
    if let Some(overlay) = &assignment.overlay {
        let (parent, name) = (overlay.parent().unwrap_or(Path::new("")), overlay.file_name());
        let name = name.and_then(|name| name.to_str()).context("the folder of private scenarios has no name")?;
        let mut private = Kit::default();
        repository::put(&mut private, parent, name)?;
        for path in private.paths() {
            let text = private.text(path).with_context(|| format!("{} is no text", path.display()))?;
            kit.put(Path::new(PRIVATE).join(path.strip_prefix(name)?), text);
        }
    }
    Ok(kit)
}
