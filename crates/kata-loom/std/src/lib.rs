//! The loom world as `std`: passed to rustc as `--extern std=…` in place of the standard library.
//!
//! Everything that the world does not model is the real thing. What it models replaces the real thing, item by item:
//! where two globs in one module bring in the same name, the real item wins silently. What it cannot model and what a
//! model must not do for real is absent, or deprecated with a note that begins with `kata:` and says what to use
//! instead: the judge makes that an error.

#![allow(deprecated, reason = "what is refused is marked as deprecated, here")]

#[doc(no_inline)]
pub use ::std::*;

#[doc(hidden)]
pub use kata_loom as __world;

/// Items that are refused. That a module is deprecated does not show in a path through it.
macro_rules! refused {
    ($what:literal; types { $($type:ident $(<$lifetime:lifetime>)?),* } from $from:ident;
     $(fn $function:ident $(<$($generic:ident: $bound:path),*>)? ($($argument:ident: $kind:ty),*) -> $result:ty;)*
    ) => {
        $(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            pub type $type $(<$lifetime>)? = ::std::$from::$type $(<$lifetime>)?;
        )*
        $(
            #[doc(hidden)]
            #[deprecated(note = $what)]
            #[allow(clippy::missing_errors_doc, clippy::must_use_candidate, reason = "nobody gets to call it")]
            pub fn $function $(<$($generic: $bound),*>)? ($($argument: $kind),*) -> $result {
                $(let _ = $argument;)*
                unreachable!($what)
            }
        )*
    };
}

#[path = "../../../kata-shuttle/std/src/macros.rs"]
mod macros;
pub mod prelude;
mod shared;

pub mod cell;
pub mod collections;
pub mod hash;
pub mod hint;
pub mod panic;
pub mod process;
pub mod sync;
pub mod task;
pub mod thread;
pub mod time;

// The outside is refused in the same words in every model.
#[path = "../../../kata-shuttle/std/src/env.rs"]
pub mod env;
#[path = "../../../kata-shuttle/std/src/fs.rs"]
pub mod fs;
#[path = "../../../kata-shuttle/std/src/io.rs"]
pub mod io;
#[path = "../../../kata-shuttle/std/src/net.rs"]
pub mod net;

#[doc(hidden)]
#[deprecated(
    note = "kata: a model runs the program thousands of times and has no operating system; use std's portable API \
            instead"
)]
pub mod os {}

pub use kata_loom::thread_local;
