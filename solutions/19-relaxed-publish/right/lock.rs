//! idea: a reader–writer lock around the list of revisions.
//! trade-off: no `unsafe` and nothing to get wrong; every request takes a lock, and waits while a revision is published.
//!
//! Feature flags: a control plane publishes revisions of them, and every request reads the latest one.

use std::fmt;
use std::sync::{Arc, RwLock};

/// What a request needs to know about the features of the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    pub new_checkout: bool,
    pub rollout_percent: u8,
    pub upload_limit_mib: u32,
}

/// Flags that were published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revision {
    /// 1 for the first one.
    pub number: usize,
    pub flags: Flags,
}

/// There is no room for another revision: the site must be deployed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("there is no room for another revision of the flags")
    }
}

impl std::error::Error for Full {}

/// Keeps every revision, so that the log of a request can name the one it ran under.
struct Board {
    revisions: RwLock<Vec<Flags>>,
    capacity: usize,
}

/// The control plane's side: there is one.
pub struct Publisher {
    board: Arc<Board>,
}

/// A request handler's side.
#[derive(Clone)]
pub struct Reader {
    board: Arc<Board>,
}

/// A board with room for `capacity` revisions.
pub fn board(capacity: usize) -> (Publisher, Reader) {
    let board = Arc::new(Board { revisions: RwLock::new(Vec::new()), capacity });
    (Publisher { board: Arc::clone(&board) }, Reader { board })
}

impl Publisher {
    /// Publishes the next revision.
    pub fn publish(&mut self, flags: Flags) -> Result<Revision, Full> {
        let mut revisions = self.board.revisions.write().unwrap();
        if revisions.len() == self.board.capacity {
            return Err(Full);
        }
        revisions.push(flags);
        let number = revisions.len();
        Ok(Revision { number, flags })
    }
}

impl Reader {
    /// The latest revision, or `None` before the first one.
    pub fn latest(&self) -> Option<Revision> {
        let revisions = self.board.revisions.read().unwrap();
        let flags = *revisions.last()?;
        Some(Revision { number: revisions.len(), flags })
    }
}
