//! `std::thread` in the model.

mod builder;
mod handle;
mod local;
mod park;
mod scope;

pub use builder::{Builder, JoinHandle, spawn};
pub use handle::{Thread, ThreadId, current};
pub use local::{AccessError, LocalKey};
#[allow(deprecated, reason = "std has it")]
pub use park::park_timeout_ms;
pub use park::{park, park_timeout};
pub use scope::{Scope, ScopedJoinHandle, scope};

use std::cell::Cell;
use std::io;
use std::num::NonZero;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use generator::{Generator, Gn};
use kata_trace::Op;

use crate::demand::{self, Demand};
use crate::execution;

#[doc(no_inline)]
pub use std::thread::{Result, panicking};

/// Room for a thread's stack, in bytes: unoptimised code needs more than the 32 KiB that loom gives by itself.
pub(crate) const STACK: usize = 1 << 20;

/// What [`available_parallelism`] answers.
const PARALLELISM: NonZero<usize> = NonZero::new(4).expect("not zero");

/// `std::thread::yield_now`. It orders nothing; a thread that keeps yielding lets others run.
#[track_caller]
pub fn yield_now() {
    execution::attempt(Op::Yield, None, None, Location::caller());
    execution::offer();
    execution::complete(|_| {});
}

/// `std::thread::sleep`: virtual time passes. It orders nothing; a thread that keeps sleeping lets others run.
#[track_caller]
pub fn sleep(duration: Duration) {
    execution::attempt(Op::Sleep, None, None, Location::caller());
    execution::offer();
    execution::with(|e| e.pass(duration));
    execution::complete(|_| {});
}

/// `std::thread::sleep_ms`.
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::sleep`")]
#[track_caller]
pub fn sleep_ms(duration: u32) {
    sleep(Duration::from_millis(u64::from(duration)));
}

/// `std::thread::available_parallelism`: 4, on every machine.
///
/// # Errors
///
/// Never.
pub fn available_parallelism() -> io::Result<NonZero<usize>> {
    Ok(PARALLELISM)
}

/// Runs a scenario as thread 0 of an execution.
pub(crate) fn run_scenario(scenario: Arc<dyn Fn() + Send + Sync>) {
    on_large_stack(move || in_program(|| scenario()));
}

/// Runs all of a thread.
fn in_program(run: impl FnOnce()) {
    kata::arena::enter_program(true);
    run();
    exit();
    kata::arena::enter_program(false);
}

thread_local! {
    /// A coroutine that runs one [`NEXT`] after the other.
    static LARGE: Cell<Option<Generator<'static, (), ()>>> = const { Cell::new(None) };
    static NEXT: Cell<Option<Box<dyn FnOnce()>>> = const { Cell::new(None) };
    static DONE: Cell<bool> = const { Cell::new(false) };
}

/// loom gives its first thread a small stack. A coroutine inside of it has a stack of its own, which serves all
/// executions; its switches are passed on.
#[allow(deprecated, reason = "loom itself switches through this function, so that the two must agree")]
fn on_large_stack(run: impl FnOnce() + 'static) {
    NEXT.set(Some(Box::new(run)));
    let mut large = LARGE.take().unwrap_or_else(|| {
        Gn::<()>::new_opt(STACK / size_of::<usize>(), || {
            while let Some(run) = NEXT.take() {
                run();
                DONE.set(true);
                generator::yield_with(());
            }
        })
    });
    loop {
        large.resume();
        if DONE.take() {
            break;
        }
        generator::yield_with(());
    }
    LARGE.set(Some(large));
}

/// The last thing that a thread does.
fn exit() {
    execution::drop_locals();
    crate::cell::settle();
    if demand::is_met(Demand::Looks) {
        current().0.point.visit();
    }
    execution::record(Op::Exit, None, None, |_| {});
    execution::with(|e| {
        e.knowledge();
        e.me().finished = true;
    });
}
