//! verdict: compile-error
//! tries: to be another crate
// --- at the top
#![crate_name = "kata"]
