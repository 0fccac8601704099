//! verdict: rejected-source
//! tries: to compile the hidden tests as a module of its own
// --- beside it
#[path = "../hidden/shuttle.rs"]
mod hidden;
