//! verdict: rejected-source
//! tries: to be the reference solution
// --- beside it
include!("../../../solutions/03-deadlock/lib.rs");
