//! What an exercise consists of, and what one lacks that is not finished.

use std::path::{Path, PathBuf};

use crate::{Error, Exercise, FixKind, Stage, fixes};

/// What an author has still to write is marked with this.
pub const TO_WRITE: &str = "WRITE:";

/// Right fixes beside the reference.
const RIGHT: usize = 2;

/// Tempting wrong fixes.
const WRONG: usize = 4;

/// What an exercise lacks, one thing a line; nothing if it is finished.
///
/// # Errors
/// A file cannot be read, or a fix does not say what it is.
pub fn missing(root: &Path, exercise: &Exercise) -> Result<Vec<String>, Error> {
    let (folder, solutions) = (exercise.directory(), exercise.solutions());
    let mut files: Vec<PathBuf> =
        ["README.md", "Cargo.toml", "exercise.toml", "src/main.rs"].iter().map(|file| folder.join(file)).collect();
    files.extend(exercise.manifest.engines.iter().map(|&engine| exercise.hidden(engine)));
    files.extend(["README.md", "lib.rs", "starter.rs"].iter().map(|file| solutions.join(file)));
    let mut missing = Vec::new();
    let fixes = fixes(root, exercise)?;
    let count = |is_one: fn(&FixKind) -> bool| fixes.iter().filter(|fix| is_one(&fix.kind)).count();
    let (right, wrong) =
        (count(|kind| matches!(kind, FixKind::Right { .. })), count(|kind| matches!(kind, FixKind::Wrong { .. })));
    files.extend(fixes.iter().map(|fix| fix.path.clone()).filter(|path| !path.ends_with("lib.rs")));
    for file in files {
        let path = root.join(&file);
        if !path.is_file() {
            missing.push(format!("{} is not there", file.display()));
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|error| Error::new(&path, error))?;
        for (number, line) in text.lines().enumerate() {
            if let Some((_, what)) = line.split_once(TO_WRITE) {
                let what = what.trim().trim_end_matches(['"', '.']);
                missing.push(format!("{}:{}: {what}", file.display(), number + 1));
            }
        }
    }
    for stage in Stage::ALL {
        if !exercise.manifest.hints.iter().any(|hint| hint.stage == stage && hint.verdicts.is_empty()) {
            missing.push(format!("a hint for {}", stage.title()));
        }
    }
    if right < RIGHT {
        missing.push(format!("right fixes that are built in another way than the reference: {right} of {RIGHT}"));
    }
    if wrong < WRONG {
        missing.push(format!("wrong fixes that tempt people: {wrong} of {WRONG}"));
    }
    Ok(missing)
}
