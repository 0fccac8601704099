//! verdict: rejected-source
//! tries: to use what the checker does not see, by a name that is given within braces
// --- in place of: use std::fmt;
use std::fmt;
use {core as c};
// --- in transfer
c::sync::atomic::fence(c::sync::atomic::Ordering::SeqCst);
