//! The repository that judges and is judged.

use std::path::{Path, PathBuf};

/// A checkout of the repository.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    scratch: PathBuf,
}

impl Workspace {
    /// The checkout at `root`. What the judge remembers lies in `target/kata` there, or in a target directory that
    /// `CARGO_TARGET_DIR` names, which checkouts may share.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let scratch = match std::env::var_os("CARGO_TARGET_DIR") {
            None => root.join("target").join("kata"),
            Some(shared) => {
                let own = blake3::hash(root.as_os_str().as_encoded_bytes()).to_hex();
                root.join(shared).join("kata").join(&own[..16])
            }
        };
        Workspace { scratch, root }
    }

    /// The directory of the root manifest.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the judge keeps what can be made again.
    pub fn scratch(&self) -> &Path {
        &self.scratch
    }

    /// `path` as compilers are given it, which is how it is shown: relative to the root where it lies in it.
    pub fn shown(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }
}
