//! verdict: assertion-failed
//! scenario: several_parts_that_fail
//! why: the wait begins before the look, so that nothing is missed; a part that fails takes the place of the one that failed before, and requests are told of different parts.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::Notify;

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
    progress: Mutex<Progress>,
    /// Whoever waits is told of every report.
    changed: Notify,
}

struct Progress {
    missing: Vec<Part>,
    failed: Option<Part>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let progress = Progress { missing: parts.into_iter().collect(), failed: None };
        Startup { progress: Mutex::new(progress), changed: Notify::new() }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        self.progress().missing.retain(|missing| *missing != part);
        self.changed.notify_waiters();
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        self.progress().failed = Some(part);
        self.changed.notify_waiters();
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.progress().missing.clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        loop {
            // From this call on every report counts, so that none comes between the look at the progress and the wait.
            let changed = self.changed.notified();
            if let Some(outcome) = self.outcome() {
                return outcome;
            }
            changed.await;
        }
    }

    /// How the start went, once that is decided.
    fn outcome(&self) -> Option<Result<(), PartFailed>> {
        let progress = self.progress();
        match progress.failed {
            Some(part) => Some(Err(PartFailed(part))),
            None => progress.missing.is_empty().then_some(Ok(())),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while the progress is locked")
    }
}
