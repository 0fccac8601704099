//! The real world: real threads and real executors, observed.

pub mod executor;
pub mod gauge;
pub mod sync;
pub mod thread;

mod clock;
mod driver;
mod frame;
mod gate;
mod lane;
mod meeting;
mod monitor;
mod object;
pub mod raw;
mod spin;
mod standstill;
mod state;
mod trace;
mod unseen;

pub use driver::{PlannedPanic, explore, fail_at, main};
pub use gate::Gate;
pub use unseen::Unseen;
