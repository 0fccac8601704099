//! What stands for `tokio` 1 in the shuttle world.

mod context;
mod coroutine;
mod driver;
mod executor;
pub mod macros;
pub mod runtime;
pub mod sync;
pub mod task;
pub mod time;

pub use task::spawn;
