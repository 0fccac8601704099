//! `std::process`, which the model refuses.

#![deprecated(note = "kata: processes are not part of the loom world; use threads instead")]

pub use ::std::process::*;
