//! verdict: rejected-source
//! tries: to change the checker through `/proc/self/mem`
// --- in transfer
let _ = std::fs::OpenOptions::new().write(true).open("/proc/self/mem").unwrap();
