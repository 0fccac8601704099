//! verdict: rejected-source
//! tries: to make whoever reads it run out of stack, without a bracket
// --- beside it
pub const NOT: bool = {{repeat ! 100000}}true;
