//! The world of interleavings: std's primitives on shuttle, explored systematically.
//!
//! A program compiled against `kata-shuttle-std`, the facade of this crate, runs under a scheduler that tries its
//! interleavings one after the other: those without a preemption first, then those with one, and so on, until nothing
//! is left or the budget is used up.
//!
//! # What is modelled
//!
//! - Every operation of a primitive is one scheduling point, before it takes effect. Operations that nobody else can
//!   tell from earlier or later ones are carried out at once: joining a thread that is over, receiving from an
//!   unbounded channel that is not empty, reading a `OnceLock` that is full, waking up from a notification that can be
//!   for nobody else. Releases (unlocking, dropping the last sender, the end of a thread, of an initialiser) are
//!   scheduling points only where somebody looks at what they release without waiting for it (`try_lock`, `try_recv`,
//!   a time limit, `is_finished`, …): for those who wait they cannot make a difference.
//! - A condition variable, `park` and `compare_exchange_weak` may proceed for no reason, once in an execution, which
//!   tells `if` from `while`. Which of several waiters a notification wakes is open, as it is for who gets a lock.
//! - A reader that asks for a lock while a writer waits may be let in or may queue behind the writer, and `try_read` may
//!   succeed or fail then: std promises neither.
//! - Time is virtual. A time limit may pass at any moment, at the price of a preemption; it passes by itself when the
//!   clock has reached it, or when nothing else can happen. The clock moves a little with each operation and by 10 ms
//!   with each turn that is given away. `sleep` gives the turn away and guarantees no order.
//! - Giving the turn away (`yield_now`, `spin_loop`, `sleep`) makes running others free, and going on nevertheless cost
//!   a preemption. Nobody who can run is kept waiting for ever (Musuvathi and Qadeer's fair priorities).
//! - A thread that goes round in a loop while nothing shared changes waits until something does, or, at the price of a
//!   preemption, goes on until its loop ends by itself. If everybody goes round, that is a livelock.
//! - A panic ends its thread, as in std; one that nobody is told of through `join` is a failure.
//! - What a program leaves to chance (the first branch of tokio's `select!`) is explored, too: any option but the first
//!   costs a preemption. [`task`] is what the asynchronous runtimes of other crates are made of: their tasks are threads
//!   that run only when their runtime lets them.
//! - Statics start each execution with their initial values. The end of the scenario's function ends the execution, and
//!   cuts off what detached threads would still do, at every point that they can have reached.
//!
//! # What is not
//!
//! - Memory is sequentially consistent: every load sees the latest store, whatever ordering the program asks for. The
//!   loom world explores weaker orderings. `MEMORY_MODEL.md` beside this crate's manifest lists what that leaves out.
//! - `Arc` and `Weak` are the real ones: their counts are right, and are not scheduling points. Between two operations
//!   of a thread nobody else's drop comes, so that two threads that both fail to `Arc::try_unwrap`, say, are not seen.
//!   So it is for what `unsafe` code shares without a primitive.
//! - While a thread unwinds, nobody else runs, unless the unwinding waits for them, or asks for a lock that they wait
//!   for: its guards are dropped at once.
//! - How often a loop goes round without effect before others run is explored for up to three rounds (one, where the loop
//!   gives its turn away) and for "until it ends by itself" (up to 64 rounds), not for the numbers in between.
//! - Only one wake-up, or failure, for no reason happens in an execution.
//! - There are at most 64 threads whose waiting is fair.

pub mod choice;
mod explore;
mod fairness;
mod kernel;
mod object;
mod oracle;
pub mod print;
pub mod process;
mod scheduler;
mod search;
mod simplify;
pub mod sync;
pub mod task;
pub mod thread;
pub mod time;
pub mod unwind;

pub use explore::{Settings, explore, main, run};
pub use kata::Scalar;
