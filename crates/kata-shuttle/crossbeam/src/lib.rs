//! What stands for `crossbeam` 0.8 in the shuttle world: its channels, on this world's scheduler and clock.
//!
//! # What is modelled
//!
//! - [`channel`]: bounded, unbounded and rendezvous channels with any number of senders and receivers, `after`, `at`,
//!   `tick` and `never`, `select!`, `select_biased!` and `Select`. The errors are the real crate's own.
//! - Which of several operations that are ready a selection carries out is explored, unless it is biased: any but the
//!   first one costs a preemption. So is which of several partners that wait at a rendezvous gets it, and which of
//!   several receivers gets a message: crossbeam promises no order.
//! - A selection reserves what it has selected, as in crossbeam: the operation is completed later without waiting, and
//!   what others send meanwhile comes behind it.
//! - Time is virtual. A channel that delivers at a certain time may do so at any moment, at the price of a preemption,
//!   and does so by itself when the clock has reached it or nothing else can happen. What it delivers is the time that
//!   it was asked for.
//! - [`thread::scope`] and [`utils::Backoff`] are this world's scopes and yields; [`utils::CachePadded`] is the real one.
//!
//! # What is not
//!
//! - Dropping the last sender is a scheduling point only in programs that look at the channel without waiting to the end
//!   (`try_recv`, a time limit, `len`, a selection): for those who only wait it cannot make a difference.
//! - `Select::ready` does not say that an operation is ready when it is not, which crossbeam reserves the right to.
//! - What is left of the crate (`atomic`, `deque`, `epoch`, `queue`, and the other parts of `utils` and `sync`) does not compile, and says
//!   what to use instead.

#![allow(deprecated, reason = "what is refused is marked as deprecated, here")]

pub mod channel;
mod coroutine;
mod shared;
pub mod thread;
mod unmodelled;
pub mod utils;

#[doc(inline)]
pub use thread::scope;
pub use unmodelled::{atomic, deque, epoch, queue, sync};
