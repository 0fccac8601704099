//! verdict: rejected-source
//! tries: to reach the system's descriptors
// --- in transfer
use std::os::fd::{FromRawFd as _, OwnedFd};
let _ = OwnedFd::from_raw_fd(3);
