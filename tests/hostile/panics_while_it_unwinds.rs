//! verdict: panicked
//! tries: to end the process by a panic within a panic
// --- beside it
struct Bomb;
impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("twice");
    }
}
// --- in transfer
let _bomb = Bomb;
panic!("once");
