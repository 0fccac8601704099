//! Builds that newer ones have replaced.

use std::path::Path;
use std::time::Duration;

use crate::fingerprint::sorted_entries;

/// Removes the builds of other days that `current` has replaced: those beside it that are called as it is, up to the
/// fingerprint behind the last hyphen. Whoever runs at the moment may use one of today.
pub(crate) fn forget(current: &Path) {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let Some(current_key) = key(current) else { return };
    for old in sorted_entries(current.parent().unwrap_or(current)).unwrap_or_default() {
        let Ok(meta) = std::fs::metadata(&old) else { continue };
        let is_old = meta.modified().is_ok_and(|time| time.elapsed().is_ok_and(|age| age > A_DAY));
        if key(&old) == Some(current_key) && is_old && old != current {
            // What cannot be removed takes room and does no harm: a program that still runs keeps its file on some systems.
            let _ = if meta.is_dir() { std::fs::remove_dir_all(&old) } else { std::fs::remove_file(&old) };
        }
    }
}

fn key(build: &Path) -> Option<&str> {
    Some(build.file_name()?.to_str()?.rsplit_once('-')?.0)
}
