//! What stands for `tokio` 1 in the shuttle world.
//!
//! A task is a thread of the model with a lane of its own; its runtime decides when it may go on. `sync` is tokio's own
//! code (it wakes wakers and knows no runtime), each operation of which is a scheduling point and is recorded. Tasks,
//! runtimes, time and macros are this world's own: they belong to its kernel and its virtual clock.
//!
//! # What is modelled
//!
//! - A runtime with several workers polls as many tasks at the same time as it has workers (4, as the world has
//!   processors), besides the future that `block_on` polls. Which task that was woken is polled next is open, and tasks
//!   are interleaved at every operation of a primitive, like threads.
//! - A `current_thread` runtime polls one task at a time, on the thread that blocks on it, and switches only where a
//!   poll ends. The order is tokio's: first in, first out, as its `runtime` module documents; who yields is polled again
//!   when nobody else is ready; the root future comes first. tokio guarantees no more than fairness, but another order
//!   would be one that no program ever meets. So there is little to explore in such a runtime by itself: which branch of
//!   `select!` is polled first, and what other threads do. To explore the order of tasks, use several workers. A
//!   `LocalSet` polls its tasks in the same way.
//! - `select!` begins to poll at any branch: beginning with another than the first one costs a preemption. What follows
//!   from beginning with a branch that is not ready, and does nothing, is explored only from the branch after it.
//!   `join!` and `try_join!` begin with another branch each time, as in tokio.
//! - A panic ends its task, which the `JoinError` tells. One that nobody is told of is a failure, as it is for threads.
//! - `abort` drops the future where it waits, before anybody who joins it goes on. The end of a runtime drops its
//!   tasks, and waits for closures that run on the blocking pool.
//! - Virtual time: on several workers a time limit may pass at any moment, at the price of a preemption, and passes by
//!   itself when the clock has reached it or nothing else can happen. The timers of one task pass in order. On a
//!   `current_thread` runtime timers pass, in order, when no task is ready, at the price of a preemption if another
//!   thread could run; and if tasks are ready all the time, after every 61 polls those whose time has come. A clock
//!   that was paused stands still until nothing is ready and nothing runs on the blocking pool, and then jumps to the
//!   next timer, rounded up to a millisecond: times can be compared exactly, as with tokio.
//! - `yield_now` gives the turn away, which takes 10 ms of the model's clock, as in threads.
//! - A lock of `std` blocks the thread: on a `current_thread` runtime no other task is polled meanwhile. So does
//!   a `watch::Ref` that is kept. A future that is not ready and has kept a guard which it took is reported as
//!   `guard-across-await`, whether or not somebody asks for the lock meanwhile, whatever the runtime. A guard of tokio's
//!   own locks is not, nor one that was taken outside of the runtime.
//! - Tasks of a `current_thread` runtime see the thread-locals of its thread, others those of a worker: the free one
//!   with the lowest number.
//! - Statics of `const_new` start each execution with their initial values.
//!
//! # What is not
//!
//! - A guard that is alive at an `.await` which is ready this time is not found: the paths that a scenario takes are all
//!   there is. Nor is one in a future that the program polls itself, or that loses in a `select!`.
//! - Tasks have no cooperative budget, so that no operation gives the turn away by itself. `unconstrained` is without
//!   effect.
//! - Tasks that other threads wake join the one queue of a `current_thread` runtime; tokio has a second one for them.
//! - A task's destructors, when it is aborted or its runtime ends, run in its lane and not on the thread that ends it.
//! - Dropping a guard or a permit is a scheduling point only in programs that look at the lock without waiting to the
//!   end (`try_lock`, a wait that is given up): for those who wait it cannot make a difference.
//! - Those who wait for a `watch` are woken in the order in which they came; tokio wakes them in an order of chance.
//! - Values that a `broadcast` channel drops must not use a primitive while they are dropped, as it is locked then.
//! - There is no I/O, no network, no files, no processes and no signals, no metrics, no `LocalRuntime`, and no
//!   `#[tokio::main]`: what is missing does not compile, and says what to use instead.

#![allow(deprecated, reason = "what is refused is marked as deprecated, here")]

mod context;
mod coroutine;
mod driver;
mod executor;
pub mod macros;
pub mod runtime;
mod shared;
pub mod sync;
pub mod task;
pub mod time;
mod unmodelled;

pub use task::spawn;
pub use unmodelled::{fs, io, net, process, signal};
