//! The real world: real threads and real executors, observed.
//!
//! Nothing is explored here: a scenario runs once, on threads that the system schedules and on tokio as it is. What
//! makes a verdict certain all the same is that hidden tests hold work up at gates instead of sleeping, and that the
//! world knows what every call waits for. Every primitive stands on one monitor; real time passes only in `sleep` and
//! in waits with a time limit.
//!
//! # What is found
//!
//! | verdict | found when |
//! |---|---|
//! | `blocked-executor` | a call blocks inside a poll: `thread::sleep`, `park` and `park_timeout`; `Receiver::recv`, `recv_timeout` and iteration when there is no message; `SyncSender::send` when there is no room; `Condvar::wait` and its variants; `Barrier::wait` for all but the last; `join`, and the end of `thread::scope`, for a thread that still does something; a lock whose holder waits for something other than a lock. The call is reported before it blocks. |
//! | `blocked-executor` | in one poll, something is asked ten thousand times in vain (`is_finished`, `try_recv`, `try_send`, `try_lock`); or one poll uses two seconds of processor time |
//! | `guard-across-await` | a poll returns `Pending` while a guard of `Mutex` or `RwLock` lives that the future took |
//! | `deadlock` | a thread asks for a lock that it holds; or everybody waits, children included |
//! | `livelock` | nothing is left but a loop that asks whether a child has ended, which waits |
//! | `not-concurrent` | everybody waits, somebody of them at a rendezvous |
//! | `assertion-failed`, `panicked` | a panic, in the hidden tests or elsewhere, whether or not it is caught ([`PlannedPanic`] excepted) |
//!
//! Where there are only threads, a standstill is reported at once, because each of them waits for something that only
//! another could do. Where there is an executor, a second has to pass in which nothing happens: its timers and its own
//! threads are not seen. A timer of the learner's that runs longer than that, and that everybody else waits for, would
//! be taken for a standstill.
//!
//! Child processes are real, and so are their pipes ([`process`]). A [`process::Script`] is a program for hidden tests to
//! start: it says of itself where it sleeps, so that a standstill with it is found within a fifth of a second. Where the
//! system does not say whether a process sleeps (anywhere but on Linux), a second in which nothing happens has to do.
//!
//! Threads of a pool that a stand-in starts ([`pool`]) may have work that the world does not know of. Whether they rest
//! is asked of the system: where all threads sleep and none has run in between, nobody can go on. [`settle`] waits for
//! that, so that a hidden test can look at what is going on at the same time, and at nothing less.
//!
//! # What is tolerated
//!
//! - Locks that are free, or held for a moment: short critical sections are right in async code.
//! - `join` of a thread that has nothing left to do, and everything that returns at once.
//! - Files: `std::fs` and standard input block, too, but for so short a time that most code takes it.
//! - Whatever runs in `spawn_blocking`, in `block_in_place`, or in a thread of the learner's.
//!
//! # What is not seen
//!
//! - A standstill with a child that is another program than a script: it may sleep for any reason, and ends as
//!   `timed-out`. What a child does with others than this process, and what becomes of an end that is handed on.
//! - A call that blocks in code the world does not replace: sockets, `Once`, `OnceLock` and
//!   `LazyLock` while another thread initialises, foreign functions. If everybody sleeps at last, that is found after
//!   three seconds (on Linux), without the line.
//! - A guard across an `.await` that does not suspend this time: the paths that the scenario takes are all there is.
//!   So for every detector.
//! - A long computation in a poll, below two seconds. Hidden tests count calls in its place
//!   ([`executor::current_turn`], [`executor::Heartbeat`]).
//! - Executors other than the stand-in's: a hand-written `block_on` is a thread like any other, and `LocalRuntime` is
//!   refused.
//! - Values under locks: the log has none.
//!
//! # The log
//!
//! A lane is a thread, a task, a closure on the blocking pool, or another process. Events are ordered by what can have caused what, and
//! a failure shows only what its lane can have known of (everything, in a standstill): two runs in which the same
//! things caused each other write the same log, whoever was faster. A poll appears only when something happens in it.

pub mod executor;
pub mod gauge;
pub mod pool;
#[cfg(unix)]
pub mod process;
pub mod raw;
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
mod rest;
mod spin;
mod standstill;
mod state;
mod trace;
mod unseen;

pub use driver::{PlannedPanic, explore, fail_at, main};
pub use gate::Gate;
pub use rest::{Settled, settle};
pub use unseen::Unseen;
