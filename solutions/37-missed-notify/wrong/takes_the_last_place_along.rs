//! verdict: deadlock
//! scenario: requests_that_are_given_up
//! why: a request that is given up takes a place off the list of those who wait, which is the last one: somebody else's, when others have come since.
//!
//! The start of a server: requests that come early wait until all of its parts are up.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard};
use std::task::{Poll, Waker};

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
    waiting: Vec<Waker>,
}

impl Startup {
    pub fn new(parts: impl IntoIterator<Item = Part>) -> Self {
        let progress = Progress { missing: parts.into_iter().collect(), failed: None, waiting: Vec::new() };
        Startup { progress: Mutex::new(progress) }
    }

    /// Reports that a part is up.
    pub fn is_up(&self, part: Part) {
        self.report(|progress| progress.missing.retain(|missing| *missing != part));
    }

    /// Reports that a part will not come up.
    pub fn has_failed(&self, part: Part) {
        self.report(|progress| {
            progress.failed.get_or_insert(part);
        });
    }

    /// The parts that are not up, for the status page.
    pub fn missing(&self) -> Vec<Part> {
        self.progress().missing.clone()
    }

    /// Waits until all parts are up, or one has failed.
    pub async fn ready(&self) -> Result<(), PartFailed> {
        let _place = Place(self);
        poll_fn(|cx| {
            let mut progress = self.progress();
            if let Some(outcome) = progress.outcome() {
                return Poll::Ready(outcome);
            }
            if !progress.waiting.iter().any(|waker| waker.will_wake(cx.waker())) {
                progress.waiting.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn report(&self, report: impl FnOnce(&mut Progress)) {
        let waiting = {
            let mut progress = self.progress();
            report(&mut progress);
            std::mem::take(&mut progress.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().expect("nothing panics while the progress is locked")
    }
}

/// What a request takes along when it goes.
struct Place<'a>(&'a Startup);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.progress().waiting.pop();
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
