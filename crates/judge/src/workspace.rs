//! The repository that judges and is judged.

use std::path::{Path, PathBuf};

/// A checkout of the repository.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
    scratch: PathBuf,
}

impl Workspace {
    /// The checkout at `root`. What the judge remembers lies in `kata/` of the target directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
        Workspace { scratch: root.join(target).join("kata"), root }
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
