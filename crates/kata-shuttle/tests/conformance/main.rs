//! What std documents, item by item, asserted over every interleaving.

#[path = "../support/explore.rs"]
mod support;

mod atomics;
mod barrier;
mod condvar;
mod deadlocks;
mod exploration;
mod fairness;
#[path = "hidden/assertions.rs"]
mod hidden;
mod locals;
mod mpsc;
mod mutex;
mod once;
mod outcomes;
mod panics;
mod printing;
mod quiescence;
mod repetition;
mod rwlock;
mod scopes;
mod simplification;
mod standing;
mod statics;
mod threads;
mod time;
