//! `std::sync::atomic` in the model. MEMORY_MODEL.md says how close it is to Rust's.

mod boolean;
mod fence;
mod integer;
mod loads;
mod pointer;
mod register;

pub use boolean::AtomicBool;
#[allow(deprecated, reason = "std has it")]
pub use fence::spin_loop_hint;
pub use fence::{compiler_fence, fence};
pub use integer::{
    AtomicI8, AtomicI16, AtomicI32, AtomicI64, AtomicIsize, AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize,
};
pub use pointer::AtomicPtr;

#[doc(no_inline)]
pub use std::sync::atomic::Ordering;
