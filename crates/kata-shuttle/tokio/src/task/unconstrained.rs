//! `unconstrained`.

use std::pin::Pin;
use std::task::{Context, Poll};

/// `tokio::task::Unconstrained` in this world, in which no task has a budget.
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct Unconstrained<F>(F);

/// A future that has no budget: as all have none, the same one.
pub fn unconstrained<F>(inner: F) -> Unconstrained<F> {
    Unconstrained(inner)
}

impl<F: Future> Future for Unconstrained<F> {
    type Output = F::Output;

    #[track_caller]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: the field is pinned with the whole, and never moved.
        #[allow(unsafe_code, reason = "projects a pin")]
        unsafe { self.map_unchecked_mut(|this| &mut this.0) }.poll(cx)
    }
}
