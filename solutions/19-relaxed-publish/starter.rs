//! Feature flags: a control plane publishes revisions of them, and every request reads the latest one.

use std::cell::UnsafeCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

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
    revisions: Box<[UnsafeCell<Flags>]>,
    published: AtomicUsize,
}

// SAFETY: a revision is written once, by the only publisher, and read only after it was published.
unsafe impl Sync for Board {}

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
    let revisions = (0..capacity).map(|_| UnsafeCell::new(Flags::default())).collect();
    let board = Arc::new(Board { revisions, published: AtomicUsize::new(0) });
    (Publisher { board: Arc::clone(&board) }, Reader { board })
}

impl Publisher {
    /// Publishes the next revision.
    pub fn publish(&mut self, flags: Flags) -> Result<Revision, Full> {
        let place = self.board.published.load(Ordering::Relaxed);
        let slot = self.board.revisions.get(place).ok_or(Full)?;
        // SAFETY: this place is not published yet, and nobody else publishes.
        unsafe { *slot.get() = flags };
        let number = place + 1;
        self.board.published.store(number, Ordering::Relaxed);
        Ok(Revision { number, flags })
    }
}

impl Reader {
    /// The latest revision, or `None` before the first one.
    pub fn latest(&self) -> Option<Revision> {
        let number = self.board.published.load(Ordering::Relaxed);
        let slot = &self.board.revisions[number.checked_sub(1)?];
        // SAFETY: this place is published, and never written again.
        let flags = unsafe { *slot.get() };
        Some(Revision { number, flags })
    }
}
