//! verdict: crashed
//! tries: to run out of stack
// --- beside it
fn deep(n: u64) -> u64 {
    if n == 0 { 0 } else { deep(std::hint::black_box(n + 1)) + 1 }
}
// --- in transfer
deep(1);
