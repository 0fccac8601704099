//! What std documents, item by item, in every interleaving.

#![allow(unsafe_code, reason = "programs under test use it")]

#[path = "conformance/arc.rs"]
mod arc;
#[path = "conformance/atomic.rs"]
mod atomic;
#[path = "conformance/barrier.rs"]
mod barrier;
#[path = "conformance/cell.rs"]
mod cell;
#[path = "conformance/condvar.rs"]
mod condvar;
#[path = "conformance/deadlock.rs"]
mod deadlock;
#[path = "conformance/explorer.rs"]
mod explorer;
#[path = "conformance/markers.rs"]
mod markers;
#[path = "conformance/mpsc.rs"]
mod mpsc;
#[path = "conformance/mutex.rs"]
mod mutex;
#[path = "conformance/once.rs"]
mod once;
#[path = "conformance/oracle.rs"]
mod oracle;
#[path = "conformance/outcomes.rs"]
mod outcomes;
#[path = "conformance/park.rs"]
mod park;
#[path = "conformance/rwlock.rs"]
mod rwlock;
#[path = "conformance/support.rs"]
mod support;
#[path = "conformance/thread.rs"]
mod thread;
#[path = "conformance/time.rs"]
mod time;
