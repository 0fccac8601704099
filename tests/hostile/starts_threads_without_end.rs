//! verdict: panicked
//! tries: to take all threads
// --- in transfer
loop {
    std::thread::spawn(|| loop { std::thread::yield_now() });
}
