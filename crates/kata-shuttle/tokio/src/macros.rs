//! `select!`, `join!`, `try_join!` and `pin!`.
//!
//! Each branch has a number: what belongs to it is a field of a tuple.

mod join;
mod maybe_done;
mod select;

#[doc(hidden)]
pub mod support {
    //! What the macros expand to.
    pub use std::future::{Future, IntoFuture, poll_fn};
    pub use std::pin::Pin;
    pub use std::task::Poll;

    pub use kata_shuttle::thread::LocalKey;

    pub use super::join::Rotation;
    pub use super::maybe_done::{MaybeDone, maybe_done};
    pub use super::select::{Order, nothing, saw};

    use std::cell::RefCell;

    /// The value of a task-local outside of every scope.
    #[must_use]
    pub fn no_value<T>() -> RefCell<Option<T>> {
        RefCell::new(None)
    }
}

/// `tokio::pin!` in this world.
#[macro_export]
macro_rules! pin {
    ($($x:ident),* $(,)?) => { $(
        #[allow(unused_mut, reason = "not everybody polls it")]
        let mut $x = ::core::pin::pin!($x);
    )* };
    ($(let $x:ident = $init:expr;)*) => { $(
        let $x = $init;
        $crate::pin!($x);
    )* };
}
