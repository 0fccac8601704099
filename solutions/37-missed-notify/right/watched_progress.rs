//! idea: a `watch` channel: a value, and a way to wait until it is as one wants it, in one piece.
//! trade-off: the check and the wait cannot be taken apart; the value is locked while it is looked at, and every report wakes everybody.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use tokio::sync::watch;

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
    progress: watch::Sender<Progress>,
}

struct Progress {
    missing: Vec<Part>,
    failed: Option<Part>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let progress = Progress { missing: parts.into_iter().collect(), failed: None };
        Startup { progress: watch::Sender::new(progress) }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        self.progress.send_modify(|progress| progress.missing.retain(|missing| *missing != part));
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        self.progress.send_modify(|progress| {
            progress.failed.get_or_insert(part);
        });
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.progress.borrow().missing.clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        let mut progress = self.progress.subscribe();
        let decided = progress.wait_for(|progress| progress.outcome().is_some()).await;
        let decided = decided.expect("the sender is in this startup");
        decided.outcome().expect("it was waited for")
    }
}

impl Progress {
    /// How the start went, once that is decided.
    fn outcome(&self) -> Option<Result<(), PartFailed>> {
        match self.failed {
            Some(part) => Some(Err(PartFailed(part))),
            None => self.missing.is_empty().then_some(Ok(())),
        }
    }
}
