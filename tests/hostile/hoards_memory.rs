//! verdict: out-of-memory
//! tries: to take all memory
// --- in transfer
let mut hoard = Vec::new();
loop {
    hoard.push(vec![1_u8; 1 << 20]);
}
