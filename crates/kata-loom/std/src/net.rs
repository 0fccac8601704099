//! `std::net`, which the model refuses.

#![deprecated(note = "kata: the network is not part of the loom world; use a channel instead")]

pub use ::std::net::*;
