//! How many wrong versions of a file were checked. Nothing of it belongs into a commit before the exercise is solved.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::Id;

use crate::file::lock;

/// Counts a version of the file that was wrong.
///
/// # Errors
/// The count cannot be written.
pub fn count_attempt(scratch: &Path, id: &Id) -> anyhow::Result<()> {
    let _lock = lock(scratch)?;
    let count = path(scratch, id);
    let text = (attempts(scratch, id) + 1).to_string();
    std::fs::write(&count, text).with_context(|| format!("cannot write {}", count.display()))
}

/// Begins anew, once the count is in the file of what is solved.
///
/// # Errors
/// The count cannot be removed.
pub fn forget_attempts(scratch: &Path, id: &Id) -> anyhow::Result<()> {
    let count = path(scratch, id);
    match std::fs::remove_file(&count) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", count.display()))
        }
        _ => Ok(()),
    }
}

pub(crate) fn attempts(scratch: &Path, id: &Id) -> i64 {
    let text = std::fs::read_to_string(path(scratch, id)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn path(scratch: &Path, id: &Id) -> PathBuf {
    scratch.join(format!("attempts-{id}"))
}
