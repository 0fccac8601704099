//! `std::task`.

pub use ::std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker, ready};

/// Not in the model.
#[deprecated(note = "kata: `Wake` needs std's own `Arc`, which the loom world replaces; make the `Waker` from a \
                     `RawWaker`, or use `Waker::noop`, instead")]
pub trait Wake {}
