//! verdict: compile-error
//! tries: to fill the disk with a static
// --- beside it
pub static FULL: [u8; 8 << 30] = [1; 8 << 30];
