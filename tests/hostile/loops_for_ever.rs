//! verdict: timed-out
//! tries: to keep the checker waiting
// --- in transfer
loop {
    std::hint::black_box(0);
}
