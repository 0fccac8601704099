//! verdict: no-verdict
//! tries: to end the process by aborting it
// --- in transfer
std::process::abort();
