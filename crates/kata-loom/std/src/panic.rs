//! `std::panic`.

pub use ::std::panic::{
    AssertUnwindSafe, Location, PanicHookInfo, PanicInfo, RefUnwindSafe, UnwindSafe, panic_any, resume_unwind,
};

/// The signature of a panic hook.
type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

/// Not in the model.
#[deprecated(note = "kata: in the loom world the first panic ends the scenario; return a `Result` instead")]
pub fn catch_unwind<F: FnOnce() -> R + UnwindSafe, R>(f: F) -> ::std::thread::Result<R> {
    Ok(f())
}

/// Not in the model.
#[deprecated(note = "kata: the panic hook belongs to the checker; return a `Result` instead of panicking")]
pub fn set_hook(_hook: Hook) {}

/// Not in the model.
#[deprecated(note = "kata: the panic hook belongs to the checker; return a `Result` instead of panicking")]
pub fn take_hook() -> Hook {
    Box::new(|_| {})
}
