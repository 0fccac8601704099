//! A branch of `join!`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use kata_shuttle::task::{self, LocksTaken};

use crate::context;

/// A future, and then its output.
pub struct MaybeDone<F: Future> {
    future: Option<F>,
    output: Option<F::Output>,
}

/// A branch.
pub fn maybe_done<F: IntoFuture>(future: F) -> MaybeDone<F::IntoFuture> {
    MaybeDone { future: Some(future.into_future()), output: None }
}

impl<F: Future> MaybeDone<F> {
    /// Polls the future, if it is not over. Returns whether it is.
    #[track_caller]
    pub fn poll_done(self: Pin<&mut Self>, cx: &mut Context<'_>) -> bool {
        // SAFETY: `future` is pinned with the whole and dropped in place; `output` is not pinned.
        #[allow(unsafe_code, reason = "projects a pin")]
        let this = unsafe { self.get_unchecked_mut() };
        let Some(future) = &mut this.future else { return true };
        let taken = LocksTaken::now();
        // SAFETY: as above.
        #[allow(unsafe_code, reason = "projects a pin")]
        let polled = unsafe { Pin::new_unchecked(future) }.poll(cx);
        let Poll::Ready(output) = polled else {
            // The other branches are polled next, on this thread.
            task::suspends(taken, context::awaited());
            return false;
        };
        this.future = None;
        this.output = Some(output);
        true
    }

    /// The output.
    pub fn output(self: Pin<&mut Self>) -> &mut Option<F::Output> {
        // SAFETY: `output` is not pinned.
        #[allow(unsafe_code, reason = "projects a pin")]
        unsafe {
            &mut self.get_unchecked_mut().output
        }
    }
}

impl<F: Future> fmt::Debug for MaybeDone<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MaybeDone").field("done", &self.future.is_none()).finish_non_exhaustive()
    }
}
