//! `std::hint` in the model.

use std::panic::Location;

use kata_trace::Op;

use crate::execution;

/// `std::hint::spin_loop`: as `yield_now`.
#[track_caller]
pub fn spin_loop() {
    execution::attempt(Op::Yield, None, None, Location::caller());
    execution::offer();
    execution::complete(|_| {});
}
