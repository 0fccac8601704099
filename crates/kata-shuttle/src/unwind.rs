//! Panics: recorded when they begin, and survivable as in std.

use std::any::Any;
use std::panic::PanicHookInfo;

use kata::harness::{Finding, answer};
use kata_trace::{Evidence, Location, Verdict};

use crate::kernel;

/// `std::panic::catch_unwind`, known to the world.
///
/// # Errors
///
/// The panic's payload.
pub fn catch_unwind<F: FnOnce() -> R + std::panic::UnwindSafe, R>(f: F) -> std::thread::Result<R> {
    let result = std::panic::catch_unwind(f);
    if result.is_err() {
        kernel::with(kernel::Kernel::panic_ends);
    }
    result
}

/// The message of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a value was thrown".to_owned())
}

/// The panic hook of a process of this world.
pub(crate) fn record(info: &PanicHookInfo<'_>) {
    let message = message(info.payload());
    let at = info.location().map(Location::from);
    let twice = kernel::try_with(|kernel| {
        if !kernel.active() {
            eprintln!("{info}");
            return false;
        }
        kernel.panic_begins(message.clone(), at.clone())
    });
    let (verdict, message) = match twice {
        Some(false) => return,
        Some(true) => (Verdict::Panicked, format!("panicked while unwinding, which aborts the process: {message}")),
        None => (Verdict::InternalError, format!("the model itself panicked: {info}")),
    };
    let trace = kernel::try_with(|kernel| kernel.log.to_trace());
    answer(Finding { verdict, message, at, trace, ..Finding::passed(Evidence::default()) })
}
