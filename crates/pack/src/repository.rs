//! What of the repository goes into a kit.

use std::path::Path;

use anyhow::Context as _;
use exercise::Catalogue;
use toml_edit::DocumentMut;
use walkdir::WalkDir;

use crate::Kit;

/// What every kit has: the checker, and the exercises as they are shipped.
const PARTS: [&str; 16] = [
    ".cargo",
    ".devcontainer",
    ".gitignore",
    ".vscode",
    "AUTHORING.md",
    "Cargo.lock",
    "Cargo.toml",
    "GRADING.md",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "TOPICS.md",
    "crates",
    "exercises",
    "rustfmt.toml",
    "xtask",
];

/// The checker and the exercises as they are shipped: what somebody has written into them stays here.
pub(crate) fn without_solutions(root: &Path, catalogue: &Catalogue) -> anyhow::Result<Kit> {
    let mut kit = Kit::default();
    for part in PARTS {
        put(&mut kit, root, part)?;
    }
    for id in catalogue.ids() {
        let exercise = catalogue.exercise(id)?;
        let starter = read(root, &exercise.starter())?;
        kit.put(exercise.source(), starter.clone());
        // `reset` takes it from there.
        kit.put(exercise.starter(), starter);
    }
    kit.put("Cargo.toml", without_tests(kit.text("Cargo.toml").context("there is no Cargo.toml")?)?);
    kit.put("README.md", without_what_stays(kit.text("README.md").context("there is no README.md")?));
    Ok(kit)
}

/// What a README says of things that are not in a kit.
const STAYS: [&str; 6] =
    ["`solutions/", "`tests/`", "`cargo test`", "cargo xtask pack", "cargo xtask solution", "cargo xtask verify"];

/// A README without the rows of tables and the paragraphs about what is not there.
fn without_what_stays(readme: &str) -> String {
    let is_there = |text: &str| !STAYS.iter().any(|what| text.contains(what));
    let paragraphs = readme.split("\n\n").filter_map(|paragraph| {
        if paragraph.starts_with('|') {
            let rows: Vec<_> = paragraph.lines().filter(|row| is_there(row)).collect();
            return Some(rows.join("\n"));
        }
        is_there(paragraph).then(|| paragraph.to_owned())
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Puts a file or everything in a folder into a kit, if it is there.
pub(crate) fn put(kit: &mut Kit, root: &Path, part: &str) -> anyhow::Result<()> {
    for entry in WalkDir::new(root.join(part)).sort_by_file_name() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(root)?;
            kit.put(path, read(root, path)?);
        }
    }
    Ok(())
}

fn read(root: &Path, path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(root.join(path)).with_context(|| format!("cannot read {}", path.display()))
}

/// The manifest of a workspace whose tests, which need the solutions, are not there.
fn without_tests(manifest: &str) -> anyhow::Result<String> {
    let mut document: DocumentMut = manifest.parse().context("Cargo.toml is no TOML")?;
    let members = document["workspace"]["members"].as_array_mut().context("Cargo.toml has no members")?;
    members.retain(|member| member.as_str() != Some("tests"));
    Ok(document.to_string())
}
