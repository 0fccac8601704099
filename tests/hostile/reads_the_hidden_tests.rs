//! verdict: rejected-source
//! tries: to read the hidden tests when it is compiled
// --- beside it
pub const TESTS: &str = include_str!("../hidden/shuttle.rs");
