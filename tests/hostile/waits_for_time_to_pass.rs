//! verdict: deadlock
//! tries: to be slower than the other thread
// --- in transfer
std::thread::sleep(std::time::Duration::from_secs(u64::from(from.0) * 3600));
