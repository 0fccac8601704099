//! `std::hint`.

pub use ::std::hint::{assert_unchecked, black_box, cold_path, select_unpredictable, unreachable_unchecked};
pub use kata_loom::hint::spin_loop;
