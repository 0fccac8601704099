//! idea: a lock that the start holds for writing until it is decided; a request waits to read.
//! trade-off: no wait of one's own at all, late requests pass at once; a lock around nothing, whose guard sits in a field to be dropped.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

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
    door: Arc<RwLock<()>>,
}

struct Progress {
    missing: Vec<Part>,
    failed: Option<Part>,
    /// Keeps the door shut until the start is decided.
    shut: Option<OwnedRwLockWriteGuard<()>>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let door = Arc::new(RwLock::new(()));
        let shut = Arc::clone(&door).try_write_owned().expect("nobody else knows of the door");
        let mut progress = Progress { missing: parts.into_iter().collect(), failed: None, shut: Some(shut) };
        progress.open_if_decided();
        Startup { progress: Mutex::new(progress), door }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        let mut progress = self.progress();
        progress.missing.retain(|missing| *missing != part);
        progress.open_if_decided();
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        let mut progress = self.progress();
        progress.failed.get_or_insert(part);
        progress.open_if_decided();
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.progress().missing.clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        drop(self.door.read().await);
        self.outcome().expect("the door is opened when the start is decided")
    }

    /// How the start went, once that is decided.
    fn outcome(&self) -> Option<Result<(), PartFailed>> {
        self.progress().outcome()
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while the progress is locked")
    }
}

impl Progress {
    fn outcome(&self) -> Option<Result<(), PartFailed>> {
        match self.failed {
            Some(part) => Some(Err(PartFailed(part))),
            None => self.missing.is_empty().then_some(Ok(())),
        }
    }

    fn open_if_decided(&mut self) {
        if self.outcome().is_some() {
            self.shut = None;
        }
    }
}
