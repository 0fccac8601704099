//! The world of interleavings: std's primitives on shuttle, explored systematically.
//!
//! A program compiled against `kata-shuttle-std`, the facade of this crate, runs under a scheduler that tries its
//! interleavings one after the other: those without a preemption first, then those with one, and so on, until nothing
//! is left or the budget is used up.
//!
//! # What is modelled, and what is not
//!
//! - Memory is sequentially consistent: every load sees the latest store, whatever ordering the program asks for. The
//!   loom world explores weaker orderings.
//! - Every operation of a primitive is one scheduling point, before it takes effect. Releases (unlocking, dropping the
//!   last sender) are scheduling points only in programs that look without waiting (`try_lock`, `try_recv`, …): for
//!   the others they cannot make a difference.
//! - `Arc` and `Weak` are the real ones: their counts are right and are not scheduling points.
//! - A condition variable, `park` and `compare_exchange_weak` may proceed for no reason once in an execution, which
//!   tells `if` from `while`. Which of several waiters a notification wakes is open, as it is for who gets a lock.
//! - A reader that asks for a lock while a writer waits may be let in or may queue behind the writer: std promises
//!   neither.
//! - Time is virtual. A time limit may pass at any moment, at the price of a preemption, and passes by itself when
//!   nothing else can happen. `sleep` offers the turn to others and guarantees no order.
//! - A thread that yields twice gives the threads it has kept waiting a turn (fair scheduling); a loop that sees the
//!   same thing twice while nobody else ran counts as yielding.
//! - A panic ends its thread, as in std; one that nobody is told of through `join` is a failure.
//! - Statics start each execution with their initial values.

pub mod choice;
mod explore;
mod fairness;
mod kernel;
mod object;
mod oracle;
pub mod print;
mod scheduler;
mod search;
pub mod sync;
pub mod thread;
pub mod time;
pub mod unwind;

pub use explore::{Settings, explore, main, run};
