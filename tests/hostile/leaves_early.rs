//! verdict: no-verdict
//! tries: to end the process with success before anybody sees the deadlock
// --- in transfer
std::process::exit(0);
