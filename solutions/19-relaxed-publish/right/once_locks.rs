//! idea: each place is a `OnceLock`; the latest revision is the last place that is set.
//! trade-off: no `unsafe`, and the synchronisation is in the library; a reader looks at every revision so far.
//!
//! Feature flags: a control plane publishes revisions of them, and every request reads the latest one.

use std::fmt;
use std::sync::{Arc, OnceLock};

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
    revisions: Box<[OnceLock<Flags>]>,
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
    let revisions = (0..capacity).map(|_| OnceLock::new()).collect();
    let board = Arc::new(Board { revisions });
    (Publisher { board: Arc::clone(&board) }, Reader { board })
}

impl Publisher {
    /// Publishes the next revision.
    pub fn publish(&mut self, flags: Flags) -> Result<Revision, Full> {
        let place = self.board.revisions.iter().position(|slot| slot.get().is_none()).ok_or(Full)?;
        self.board.revisions[place].set(flags).map_err(|_| Full)?;
        let number = place + 1;
        Ok(Revision { number, flags })
    }
}

impl Reader {
    /// The latest revision, or `None` before the first one.
    pub fn latest(&self) -> Option<Revision> {
        let published = self.board.revisions.iter().map_while(OnceLock::get);
        let (place, flags) = published.enumerate().last()?;
        Some(Revision { number: place + 1, flags: *flags })
    }
}
