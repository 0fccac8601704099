//! `tokio::task::JoinHandle`, observed.

use std::fmt;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use kata_real::executor::Finish;
use tokio::task::{AbortHandle, Id, JoinError};

/// See `tokio::task::JoinHandle`.
pub struct JoinHandle<T> {
    inner: tokio::task::JoinHandle<T>,
    finish: Finish,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(inner: tokio::task::JoinHandle<T>, finish: Finish) -> Self {
        JoinHandle { inner, finish }
    }

    /// See `tokio::task::JoinHandle::abort`.
    pub fn abort(&self) {
        self.inner.abort();
    }

    /// See `tokio::task::JoinHandle::is_finished`.
    #[track_caller]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let finished = self.inner.is_finished();
        self.finish.asked(finished, "JoinHandle::is_finished", Location::caller());
        finished
    }

    /// See `tokio::task::JoinHandle::abort_handle`.
    #[must_use]
    pub fn abort_handle(&self) -> AbortHandle {
        self.inner.abort_handle()
    }

    /// See `tokio::task::JoinHandle::id`.
    #[must_use]
    pub fn id(&self) -> Id {
        self.inner.id()
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let result = Pin::new(&mut self.inner).poll(cx);
        if result.is_ready() {
            self.finish.learned();
        }
        result
    }
}

impl<T: fmt::Debug> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
