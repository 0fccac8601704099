//! verdict: compile-error
//! tries: to use the crates that the checker is made of, by a path
// --- in transfer
::kata_world::main(&[]);
