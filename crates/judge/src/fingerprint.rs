//! What is built here is made of, by size and time of change.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::{Error, Toolchain, Workspace};

/// A digest of the toolchain and of those folders in `crates` whose names `are_part`.
pub(crate) fn of_crates(
    workspace: &Workspace,
    toolchain: &Toolchain,
    are_part: impl Fn(&OsStr) -> bool,
) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(toolchain.identity().as_bytes());
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        hasher.update(std::env::var_os(variable).unwrap_or_default().as_encoded_bytes());
    }
    for name in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        stamp(&workspace.root().join(name), &mut hasher)?;
    }
    let crates = workspace.root().join("crates");
    for entry in sorted_entries(&crates)? {
        if entry.file_name().is_some_and(&are_part) {
            stamp(&entry, &mut hasher)?;
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn stamp(path: &Path, hasher: &mut blake3::Hasher) -> Result<(), Error> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("look at", path, error)),
    };
    if meta.is_dir() {
        for entry in sorted_entries(path)? {
            stamp(&entry, hasher)?;
        }
        return Ok(());
    }
    let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    hasher.update(path.as_os_str().as_encoded_bytes());
    hasher.update(&meta.len().to_le_bytes());
    hasher.update(&modified.as_nanos().to_le_bytes());
    Ok(())
}

/// What is in a folder, in an order that does not depend on the file system.
pub(crate) fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let list = || std::fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>();
    let mut entries = list().map_err(|error| Error::io("list", folder, error))?;
    entries.sort();
    Ok(entries)
}
