//! verdict: rejected-source
//! tries: to make whoever reads it run out of stack
// --- beside it
pub const DEEP: u32 = {{repeat ( 100000}}1{{repeat ) 100000}};
