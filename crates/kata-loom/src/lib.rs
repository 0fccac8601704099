//! The world of weak memory: std's primitives on loom, explored exhaustively.
//!
//! A program compiled against `kata-loom-std`, the facade of this crate, is run in every interleaving, with every value
//! that the memory model lets a load read, as far as loom can: first those without a preemption, then those with one, and
//! so on, and in the end without a bound. MEMORY_MODEL.md says how close that is to Rust's memory model.
//!
//! # What is modelled, and what is not
//!
//! - An execution has at most five threads, the scenario's own included.
//! - Objects are followed from their creation: `new` is not `const`, so that none of them can be a static, `thread_local!`
//!   aside.
//! - A data race is found in [`cell::UnsafeCell`], whose documentation says what of a raw pointer's use is seen, and where
//!   an atomic or a cell is freed, or used without its creation being known. A use of a freed one is found even where it
//!   is ordered.
//! - An `Arc` that is still there at the end of an execution is a leak. What else is forgotten is not noticed: a `Box`
//!   that became a raw pointer, above all. `Arc<T>` is not coerced to `Arc<dyn Trait>` or `Arc<[T]>`, which takes a
//!   nightly compiler; `Arc::from(Box<dyn Trait>)` and `Arc::from(Vec<T>)` make them.
//! - The first panic ends the exploration, also one that `join` or `catch_unwind` would have caught: loom does not
//!   survive an unwinding thread. So nothing is ever poisoned.
//! - Wake-ups and failures without a reason, and another waiter for `notify_one` than the first, are tried one at a time.
//! - Time is virtual, and a time limit may pass at any moment. Sleeping and yielding order nothing.
//! - A schedule (`14:00112`) is the number of an execution and the threads of its steps. Repeating it means to explore
//!   up to there; a program that has changed is told by its steps.

pub mod cell;
mod deadlock;
mod demand;
mod execution;
mod explore;
mod failure;
pub mod hint;
mod knowledge;
mod liberty;
mod object;
mod oracle;
mod point;
pub mod print;
pub mod process;
mod race;
pub mod sync;
pub mod thread;
pub mod time;

pub use explore::{explore, explore_with, main};
