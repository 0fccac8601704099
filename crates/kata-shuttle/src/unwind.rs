//! Panics: recorded when they begin, and survivable as in std.

use std::any::Any;
use std::panic::{Location, PanicHookInfo};

use kata::Failure;
use kata::harness::{Finding, answer};
use kata_trace::{Evidence, Verdict};

use crate::kernel::{self, Kernel, Panic};

/// `std::panic::catch_unwind`, known to the world.
///
/// # Errors
///
/// The panic's payload.
pub fn catch_unwind<F: FnOnce() -> R + std::panic::UnwindSafe, R>(f: F) -> std::thread::Result<R> {
    let outside = kernel::with(kernel::Kernel::shelter);
    let result = std::panic::catch_unwind(f);
    kernel::with(|kernel| kernel.leave_shelter(outside));
    result
}

/// `std::panic::resume_unwind`, known to the world.
#[track_caller]
pub fn resume_unwind(payload: Box<dyn Any + Send>) -> ! {
    let panic = Panic { message: message(&*payload), at: Some(Location::caller().into()), passed_on: true };
    let begins = kernel::with(|kernel| kernel.active().then(|| kernel.panic_begins(panic.clone())));
    if begins == Some(true) {
        aborts(panic);
    }
    std::panic::resume_unwind(payload)
}

/// Goes on unwinding from a panic that was caught.
pub(crate) fn go_on(payload: Box<dyn Any + Send>) -> ! {
    kernel::with(Kernel::panic_goes_on);
    std::panic::resume_unwind(payload)
}

/// The message of a panic.
pub(crate) fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a value was thrown".to_owned())
}

/// The panic hook of a process of this world.
pub(crate) fn record(info: &PanicHookInfo<'_>) {
    let panic = Panic { message: message(info.payload()), at: info.location().map(Into::into), passed_on: false };
    let twice = kernel::try_with(|kernel| {
        if kernel.active() {
            return kernel.panic_begins(panic.clone());
        }
        if !kernel.in_aftermath() {
            eprintln!("{info}");
        }
        false
    });
    match twice {
        Some(false) => {}
        Some(true) => aborts(panic),
        None => {
            let message = format!("the model itself panicked: {info}");
            answer(Finding { verdict: Verdict::InternalError, message, ..Finding::passed(Evidence::default()) })
        }
    }
}

/// A panic that meets another one aborts the process: the verdict leaves it before that.
fn aborts(panic: Panic) -> ! {
    let so_far = kernel::try_with(|kernel| {
        let standing = kernel.stops().then(|| kernel.standing(None));
        (kernel.evidence(), kernel.schedule().to_owned(), kernel.log.to_trace(), standing)
    });
    let (evidence, schedule, trace, standing) = so_far.unwrap_or_default();
    let failure = Failure {
        verdict: Verdict::Panicked,
        kind: None,
        message: format!("panicked while unwinding, which aborts the process: {}", panic.message),
        at: panic.at,
    };
    answer(Finding { standing, ..Finding::failed(failure, evidence, Some(schedule), Some(trace)) })
}
