//! The preludes, with the macros that the world replaces: since 1.95 std's macros come from there.

macro_rules! preludes {
    ($($name:ident)*) => {$(
        #[doc(hidden)]
        pub mod $name {
            pub use ::std::prelude::$name::*;

            pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
        }
    )*};
}

preludes!(v1 rust_2015 rust_2018 rust_2021 rust_2024);
