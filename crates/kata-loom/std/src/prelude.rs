//! `std::prelude`, with the macros that the world replaces: rustc takes them from here.

/// `std::prelude::v1`.
pub mod v1 {
    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
    pub use ::std::prelude::v1::*;
}

/// `std::prelude::rust_2015`.
pub mod rust_2015 {
    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
    pub use ::std::prelude::rust_2015::*;
}

/// `std::prelude::rust_2018`.
pub mod rust_2018 {
    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
    pub use ::std::prelude::rust_2018::*;
}

/// `std::prelude::rust_2021`.
pub mod rust_2021 {
    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
    pub use ::std::prelude::rust_2021::*;
}

/// `std::prelude::rust_2024`.
pub mod rust_2024 {
    pub use crate::{dbg, eprint, eprintln, print, println, thread_local};
    pub use ::std::prelude::rust_2024::*;
}
