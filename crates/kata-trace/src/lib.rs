//! The event log of one execution, the verdict record it travels in, and what can be said about it.
//!
//! Worlds write these types, the judge reads them, the viewer draws them. There is no engine and no I/O here.

mod decision;
pub mod diagnosis;
mod event;
mod names;
mod outcome;
mod record;
#[cfg(any(test, feature = "script"))]
pub mod script;
mod simplification;
pub mod spans;
mod trace;
mod verdict;

pub use decision::{Alternative, Decision, Standing, Turn};
pub use event::{Arm, Cause, Event, Op, Value};
pub use names::{Names, is_library, is_test};
pub use outcome::{Grade, Grades, Outcome};
pub use record::{Budget, Divergence, Evidence, Location, Record, Request};
pub use simplification::{Simplification, Size};
pub use trace::{Object, ObjectId, ObjectKind, Thread, ThreadId, Trace};
pub use verdict::{DeadlockKind, Verdict};
