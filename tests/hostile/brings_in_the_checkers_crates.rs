//! verdict: rejected-source
//! tries: to use the crates that the checker is made of
// --- beside it
extern crate kata;
// --- in transfer
kata::harness::answer(todo!());
