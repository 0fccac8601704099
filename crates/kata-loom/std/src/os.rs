//! `std::os`, which the model refuses.

#![deprecated(note = "kata: the operating system is not part of the loom world; use portable std instead")]

pub use ::std::os::*;
