//! verdict: panicked
//! tries: to panic where the checker does not look
// --- in transfer
std::thread::spawn(|| panic!("unseen")).join().unwrap();
