//! What stands for tokio in the real world: tokio itself, with every way to start a task or a blocking closure
//! observed.
//!
//! The lists in the overridden modules are explicit. Two globs in one module would resolve to the real item without a
//! word.

pub use tokio::*;

pub mod runtime;
mod shared;
pub mod task;

pub use task::spawn;
