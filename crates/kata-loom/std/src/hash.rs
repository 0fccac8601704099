//! `std::hash`.

pub use ::std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, Hasher, SipHasher};
pub use kata::collections::RandomState;
