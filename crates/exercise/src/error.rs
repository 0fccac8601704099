//! What can be wrong with the files of an exercise.

use std::fmt;
use std::path::{Path, PathBuf};

/// A file of the repository that cannot be used as it is.
#[derive(Debug)]
pub struct Error {
    path: PathBuf,
    problem: String,
}

impl Error {
    pub(crate) fn new(path: &Path, problem: impl fmt::Display) -> Self {
        Error { path: path.to_owned(), problem: problem.to_string() }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.problem.trim_end())
    }
}

impl std::error::Error for Error {}
