//! verdict: compile-error
//! tries: to keep the compiler busy with a constant
// --- beside it
#[allow(long_running_const_eval)]
pub const BOMB: u8 = {
    while !false {}
    0
};
