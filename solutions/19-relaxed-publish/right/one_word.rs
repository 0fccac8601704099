//! idea: flags that fit into one atomic word need no order: there is no other memory to see.
//! trade-off: no `unsafe`, relaxed everywhere; ends when the flags outgrow the word, and a reader looks at every revision so far.
//!
//! Feature flags: a control plane publishes revisions of them, and every request reads the latest one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
    /// Zero where no revision was published yet.
    revisions: Box<[AtomicU64]>,
}

const PRESENT: u64 = 1 << 63;

/// One word, never zero.
fn pack(flags: Flags) -> u64 {
    PRESENT
        | u64::from(flags.new_checkout) << 40
        | u64::from(flags.rollout_percent) << 32
        | u64::from(flags.upload_limit_mib)
}

fn unpack(word: u64) -> Option<Flags> {
    let [.., percent, a, b, c, d] = word.to_be_bytes();
    let flags = Flags {
        new_checkout: word >> 40 & 1 == 1,
        rollout_percent: percent,
        upload_limit_mib: u32::from_be_bytes([a, b, c, d]),
    };
    (word & PRESENT != 0).then_some(flags)
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
    let revisions = (0..capacity).map(|_| AtomicU64::new(0)).collect();
    let board = Arc::new(Board { revisions });
    (Publisher { board: Arc::clone(&board) }, Reader { board })
}

impl Publisher {
    /// Publishes the next revision.
    pub fn publish(&mut self, flags: Flags) -> Result<Revision, Full> {
        let free = |slot: &AtomicU64| slot.load(Ordering::Relaxed) == 0;
        let place = self.board.revisions.iter().position(free).ok_or(Full)?;
        self.board.revisions[place].store(pack(flags), Ordering::Relaxed);
        let number = place + 1;
        Ok(Revision { number, flags })
    }
}

impl Reader {
    /// The latest revision, or `None` before the first one.
    pub fn latest(&self) -> Option<Revision> {
        let published = self.board.revisions.iter().map_while(|slot| unpack(slot.load(Ordering::Relaxed)));
        let (place, flags) = published.enumerate().last()?;
        Some(Revision { number: place + 1, flags })
    }
}
