//! verdict: compile-error
//! tries: to make the compiler run out of stack
// --- at the top
#![recursion_limit = "100000000"]
// --- beside it
macro_rules! deeper {
    ($($token:tt)*) => { (deeper!(($($token)*))) };
}
pub fn deepest() { deeper!(0); }
