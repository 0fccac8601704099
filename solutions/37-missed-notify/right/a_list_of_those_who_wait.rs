//! idea: a request that has to wait is entered in a list, under the lock under which it found that it must.
//! trade-off: nothing but a lock and a channel for each request, and it is plain why nothing is missed; those who gave up stay in the list until the end.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use tokio::sync::oneshot;

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
}

struct Progress {
    missing: Vec<Part>,
    failed: Option<Part>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let progress = Progress { missing: parts.into_iter().collect(), failed: None, waiting: Vec::new() };
        Startup { progress: Mutex::new(progress) }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        let mut progress = self.progress();
        progress.missing.retain(|missing| *missing != part);
        progress.tell();
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        let mut progress = self.progress();
        progress.failed.get_or_insert(part);
        progress.tell();
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.progress().missing.clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        let decided = {
            let mut progress = self.progress();
            if let Some(outcome) = progress.outcome() {
                return outcome;
            }
            let (tell, decided) = oneshot::channel();
            progress.waiting.push(tell);
            decided
        };
        decided.await.expect("nobody is struck off without being told");
        self.progress().outcome().expect("it is decided")
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while the progress is locked")
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

    /// If the start is decided, tells those who wait.
    fn tell(&mut self) {
        if self.outcome().is_some() {
            for waiting in self.waiting.drain(..) {
                // Who has given up need not be told.
                let _ = waiting.send(());
            }
        }
    }
}
