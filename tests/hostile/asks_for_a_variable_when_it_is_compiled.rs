//! verdict: compile-error
//! tries: to learn where it is compiled
// --- beside it
pub const HOME: &str = env!("HOME");
