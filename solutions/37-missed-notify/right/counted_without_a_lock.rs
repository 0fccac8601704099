//! idea: atomics in place of the lock: who counts the last part down, or enters the first failure, tells those who wait.
//! trade-off: no lock to hold, and each report is one step; what belongs together is in three places, and the order in which they are written carries it.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

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
    /// Each part, and whether it is up.
    parts: Vec<(Part, AtomicBool)>,
    missing: AtomicUsize,
    failed: OnceLock<Part>,
    decided: Notify,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let parts: Vec<_> = parts.into_iter().map(|part| (part, AtomicBool::new(false))).collect();
        let missing = AtomicUsize::new(parts.len());
        Startup { parts, missing, failed: OnceLock::new(), decided: Notify::new() }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        if let Some((_, up)) = self.parts.iter().find(|(known, _)| *known == part) {
            up.store(true, Ordering::Release);
        }
        if self.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.decided.notify_waiters();
        }
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        if self.failed.set(part).is_ok() {
            self.decided.notify_waiters();
        }
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.parts.iter().filter(|(_, up)| !up.load(Ordering::Acquire)).map(|(part, _)| *part).collect()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        let decided = self.decided.notified();
        if self.failed.get().is_none() && self.missing.load(Ordering::Acquire) > 0 {
            // Told once, when it is decided: no need to look again.
            decided.await;
        }
        self.failed.get().map_or(Ok(()), |part| Err(PartFailed(*part)))
    }
}
