//! verdict: no-verdict
//! tries: to end the process from a thread of its own
// --- in transfer
std::thread::spawn(|| std::process::exit(0)).join().unwrap();
