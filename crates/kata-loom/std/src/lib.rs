//! The loom world as `std`: passed to rustc as `--extern std=…` in place of the standard library.
//!
//! Everything that the world does not model is the real thing. What it models replaces the real thing, item by item:
//! where two globs in one module bring in the same name, the real item wins silently. What it cannot model and what a
//! model must not do for real is deprecated, with a note that begins with `kata:` and says what to use instead: the judge
//! makes that an error.

#![allow(deprecated, reason = "what the model refuses is marked as deprecated, here")]

pub use ::std::*;

mod macros;
pub mod prelude;

pub mod cell;
pub mod hint;
pub mod panic;
pub mod sync;
pub mod task;
pub mod thread;
pub mod time;

pub mod fs;
pub mod net;
pub mod os;
pub mod process;

#[doc(hidden)]
pub use kata_loom::print as kata_print;
pub use kata_loom::thread_local;
