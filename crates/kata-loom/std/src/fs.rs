//! `std::fs`, which the model refuses.

#![deprecated(note = "kata: files are not part of the loom world; keep the data in memory instead")]

pub use ::std::fs::*;
