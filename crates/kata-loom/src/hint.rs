//! `std::hint` in the model.

use std::panic::Location;

use kata_trace::Op;

use crate::execution;

/// `std::hint::spin_loop`: others run, if any can.
#[track_caller]
pub fn spin_loop() {
    execution::attempt(Op::Yield, None, None, Location::caller());
    execution::give_way();
    execution::complete(|_| {});
}
