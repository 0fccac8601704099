//! idea: how the start went is a value that is set once, and to wait for it is one call.
//! trade-off: nothing is left to pair up, and nothing can be taken back; a start that can be repeated needs another type.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::SetOnce;

/// A part of the server: its database, its cache, its search index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part(pub &'static str);

/// A part that did not come up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartFailed(pub Part);

impl fmt::Display for PartFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} did not come up", self.0.0)
    }
}

impl Error for PartFailed {}

/// How far the start of a server has come.
pub struct Startup {
    missing: Mutex<Vec<Part>>,
    /// How it went.
    outcome: SetOnce<Result<(), PartFailed>>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let missing: Vec<Part> = parts.into_iter().collect();
        let outcome = SetOnce::new_with(missing.is_empty().then_some(Ok(())));
        Startup { missing: Mutex::new(missing), outcome }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        let mut missing = self.list();
        missing.retain(|other| *other != part);
        if missing.is_empty() {
            self.decide(Ok(()));
        }
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        self.decide(Err(PartFailed(part)));
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.list().clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        *self.outcome.wait().await
    }

    fn decide(&self, outcome: Result<(), PartFailed>) {
        // Only the first part that fails decides.
        let _ = self.outcome.set(outcome);
    }

    fn list(&self) -> MutexGuard<'_, Vec<Part>> {
        self.missing.lock().expect("nothing panics while the list is locked")
    }
}
