//! How a learner's file is replaced.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;

/// Replaces a file in one step: a kill at any moment, or a power failure, leaves the old or the new text. It keeps its
/// permissions.
///
/// # Errors
/// It cannot be written.
pub fn replace(path: &Path, text: &[u8]) -> anyhow::Result<()> {
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(path.parent().context("a file is in a folder")?)?;
        file.write_all(text)?;
        file.as_file().sync_all()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let usual = std::fs::metadata(path).map_or(0o644, |meta| meta.permissions().mode() & 0o777);
            file.as_file().set_permissions(std::fs::Permissions::from_mode(usual))?;
        }
        file.persist(path)?;
        anyhow::Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
