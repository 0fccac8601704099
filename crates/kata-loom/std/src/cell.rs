//! `std::cell`.

pub use ::std::cell::{BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, Ref, RefCell, RefMut};
pub use kata_loom::cell::UnsafeCell;
