//! `tokio::task::JoinSet`, observed.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::task::{Context, Poll};

use kata_real::executor::{self, Finish};
use tokio::task::{AbortHandle, Id, JoinError};

use super::LocalSet;
use crate::runtime::Handle;

/// See `tokio::task::JoinSet`.
pub struct JoinSet<T> {
    inner: tokio::task::JoinSet<T>,
    finishes: HashMap<Id, Finish>,
}

impl<T> JoinSet<T> {
    /// See `tokio::task::JoinSet::new`.
    #[must_use]
    pub fn new() -> Self {
        JoinSet { inner: tokio::task::JoinSet::new(), finishes: HashMap::new() }
    }

    /// See `tokio::task::JoinSet::len`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// See `tokio::task::JoinSet::is_empty`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    fn note(&mut self, handle: AbortHandle, finish: Finish) -> AbortHandle {
        self.finishes.insert(handle.id(), finish);
        handle
    }
}

impl<T: 'static> JoinSet<T> {
    /// See `tokio::task::JoinSet::spawn`.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let task = executor::watch(task, Location::caller());
        let finish = task.finish();
        let handle = self.inner.spawn(task);
        self.note(handle, finish)
    }

    /// See `tokio::task::JoinSet::spawn_on`.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let task = executor::watch(task, Location::caller());
        let finish = task.finish();
        let handle = self.inner.spawn_on(task, handle.real());
        self.note(handle, finish)
    }

    /// See `tokio::task::JoinSet::spawn_local`.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let task = executor::watch_local(task, Location::caller());
        let finish = task.finish();
        let handle = self.inner.spawn_local(task);
        self.note(handle, finish)
    }

    /// See `tokio::task::JoinSet::spawn_local_on`.
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let task = executor::watch_local(task, Location::caller());
        let finish = task.finish();
        let handle = self.inner.spawn_local_on(task, local_set.real());
        self.note(handle, finish)
    }

    /// See `tokio::task::JoinSet::spawn_blocking`.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let job = executor::blocking(f, Location::caller());
        let handle = self.inner.spawn_blocking(job.run);
        self.note(handle, job.lane)
    }

    /// See `tokio::task::JoinSet::spawn_blocking_on`.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let job = executor::blocking(f, Location::caller());
        let handle = self.inner.spawn_blocking_on(job.run, handle.real());
        self.note(handle, job.lane)
    }

    /// See `tokio::task::JoinSet::join_next`.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// See `tokio::task::JoinSet::join_next_with_id`.
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|cx| self.poll_join_next_with_id(cx)).await
    }

    /// See `tokio::task::JoinSet::try_join_next`.
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.try_join_next_with_id().map(without_id)
    }

    /// See `tokio::task::JoinSet::try_join_next_with_id`.
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        let result = self.inner.try_join_next_with_id();
        self.learn(result.as_ref());
        result
    }

    /// See `tokio::task::JoinSet::shutdown`.
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// See `tokio::task::JoinSet::join_all`.
    ///
    /// # Panics
    /// A task panicked, or was aborted.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut output = Vec::with_capacity(self.len());
        while let Some(result) = self.join_next().await {
            match result {
                Ok(value) => output.push(value),
                Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
                Err(error) => panic!("{error}"),
            }
        }
        output
    }

    /// See `tokio::task::JoinSet::abort_all`.
    pub fn abort_all(&mut self) {
        self.inner.abort_all();
    }

    /// See `tokio::task::JoinSet::detach_all`.
    pub fn detach_all(&mut self) {
        self.inner.detach_all();
        self.finishes.clear();
    }

    /// See `tokio::task::JoinSet::poll_join_next`.
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_join_next_with_id(cx).map(|result| result.map(without_id))
    }

    /// See `tokio::task::JoinSet::poll_join_next_with_id`.
    pub fn poll_join_next_with_id(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(Id, T), JoinError>>> {
        let result = self.inner.poll_join_next_with_id(cx);
        if let Poll::Ready(result) = &result {
            self.learn(result.as_ref());
        }
        result
    }

    fn learn(&mut self, result: Option<&Result<(Id, T), JoinError>>) {
        let id = match result {
            Some(Ok((id, _))) => *id,
            Some(Err(error)) => error.id(),
            None => return,
        };
        if let Some(finish) = self.finishes.remove(&id) {
            finish.learned();
        }
    }
}

fn without_id<T>(result: Result<(Id, T), JoinError>) -> Result<T, JoinError> {
    result.map(|(_, value)| value)
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        JoinSet::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(iter: I) -> Self {
        let mut set = JoinSet::new();
        set.extend(iter);
        set
    }
}

impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = F>>(&mut self, iter: I) {
        for task in iter {
            self.spawn(task);
        }
    }
}
