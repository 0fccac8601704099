//! `std::thread` in this world.

mod builder;
mod current;
mod join;
pub(crate) mod local;
mod scope;

use std::panic::Location;
use std::time::Duration;

use kata_trace::Op;

use crate::kernel::{self, Step};

pub use builder::{Builder, spawn};
#[allow(deprecated, reason = "std has it")]
pub use current::park_timeout_ms;
pub use current::{Thread, ThreadId, current, park, park_timeout};
pub use join::JoinHandle;
pub(crate) use join::run_scenario;
pub use local::{AccessError, LocalKey};
pub use scope::{Scope, ScopedJoinHandle, scope};
pub use std::thread::Result;

/// The processors that this world says it has.
const PROCESSORS: std::num::NonZero<usize> = std::num::NonZero::new(4).expect("4 is not 0");

/// Offers the turn to others.
#[track_caller]
pub fn yield_now() {
    pause(Op::Yield, Duration::ZERO, Location::caller());
}

/// Offers the turn to others: it is how a loop waits.
#[track_caller]
pub fn spin_loop() {
    pause(Op::Yield, Duration::ZERO, Location::caller());
}

/// Offers the turn to others; `duration` passes in virtual time. No order is guaranteed by it, as in std.
#[track_caller]
pub fn sleep(duration: Duration) {
    pause(Op::Sleep, duration, Location::caller());
}

/// See [`sleep`].
#[track_caller]
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::sleep`")]
pub fn sleep_ms(ms: u32) {
    pause(Op::Sleep, Duration::from_millis(u64::from(ms)), Location::caller());
}

fn pause(op: Op, duration: Duration, at: &'static Location<'static>) {
    let until = kernel::with(|kernel| {
        kernel.record(op, None, at, |_| {});
        kernel.now().saturating_add(duration)
    });
    kernel::step(Step { offers: true, ..Step::of(op, at) });
    kernel::with(|kernel| kernel.pass_to(until));
}

/// Whether the calling thread is unwinding.
#[must_use]
pub fn panicking() -> bool {
    kernel::with(|kernel| kernel.unwinds())
}

/// The processors of this world: always 4.
///
/// # Errors
///
/// None here.
pub fn available_parallelism() -> std::io::Result<std::num::NonZero<usize>> {
    Ok(PROCESSORS)
}
