//! verdict: rejected-source
//! tries: to use locks that the checker does not see, by a name that means something else elsewhere
// --- in place of: use std::fmt;
use core as c;
use std::fmt;

use c::sync::atomic::{AtomicU64, Ordering};
// --- beside it
mod decoy {
    pub use std::fmt as c;
}
static BUSY: AtomicU64 = AtomicU64::new(0);
// --- in transfer
while BUSY.swap(1, Ordering::SeqCst) == 1 {}
BUSY.store(0, Ordering::SeqCst);
