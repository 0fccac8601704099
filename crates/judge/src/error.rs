//! Faults of the checker or of the machine, never of the learner.

use std::fmt;
use std::path::Path;

/// Why no judgement could be reached.
#[derive(Debug)]
pub struct Error {
    what: String,
    source: Option<std::io::Error>,
}

impl Error {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Error { what: what.into(), source: None }
    }

    /// `action` completes "cannot …".
    pub(crate) fn io(action: impl fmt::Display, path: &Path, source: std::io::Error) -> Self {
        Error { what: format!("cannot {action} {}", path.display()), source: Some(source) }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
