//! `JoinSet`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use super::job::Place;
use super::local_set::spawn_in;
use super::{AbortHandle, Id, JoinError, JoinHandle, LocalSet};
use crate::context;
use crate::coroutine::{Shared, coroutine_safe};
use crate::runtime::Handle;

/// Which tasks of a set may be over, in the order in which that was told.
#[derive(Default)]
struct News {
    told: RefCell<VecDeque<u64>>,
    waker: RefCell<Option<Waker>>,
}

/// Tells of one task.
struct Teller {
    news: Shared<News>,
    number: u64,
    told: Cell<bool>,
}

coroutine_safe! {
    unsafe impl [] Send for Teller;
    unsafe impl [] Sync for Teller;
}

impl Wake for Teller {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.told.replace(true) {
            self.news.told.borrow_mut().push_back(self.number);
            let waker = self.news.waker.borrow().clone();
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

struct Member<T> {
    handle: JoinHandle<T>,
    teller: Arc<Teller>,
}

/// `tokio::task::JoinSet` in this world.
pub struct JoinSet<T> {
    members: Vec<Member<T>>,
    news: Shared<News>,
    next: u64,
}

impl<T> JoinSet<T> {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        JoinSet { members: Vec::new(), news: Shared::new(News::default()), next: 0 }
    }

    /// How many tasks it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }
}

impl<T: 'static> JoinSet<T> {
    fn insert(&mut self, handle: JoinHandle<T>) -> AbortHandle {
        self.next += 1;
        let teller = Arc::new(Teller { news: self.news.clone(), number: self.next, told: Cell::new(false) });
        let abort = handle.abort_handle();
        teller.wake_by_ref();
        self.members.push(Member { handle, teller });
        abort
    }

    /// Starts a task.
    ///
    /// # Panics
    ///
    /// If there is no runtime around.
    #[track_caller]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn(task))
    }

    /// Starts a task on this runtime.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn(task))
    }

    /// Starts a task in the `LocalSet` around.
    #[track_caller]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(super::spawn_local(task))
    }

    /// Starts a task in this `LocalSet`.
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        self.insert(spawn_in(local_set.executor(), Location::caller(), task))
    }

    /// Starts a closure on the blocking pool.
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(super::spawn_blocking(f))
    }

    /// Starts a closure on the blocking pool of this runtime.
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        self.insert(handle.spawn_blocking(f))
    }

    fn poll_next(&mut self, cx: &mut Context<'_>, at: Place) -> Poll<Option<(Id, Result<T, JoinError>)>> {
        *self.news.waker.borrow_mut() = Some(cx.waker().clone());
        loop {
            let told = self.news.told.borrow_mut().pop_front();
            let Some(number) = told else { break };
            let Some(index) = self.members.iter().position(|member| member.teller.number == number) else { continue };
            let member = &mut self.members[index];
            member.teller.told.set(false);
            let waker = Waker::from(Arc::clone(&member.teller));
            if let Poll::Ready(result) = member.handle.poll_at(&mut Context::from_waker(&waker), at) {
                let member = self.members.remove(index);
                return Poll::Ready(Some((member.handle.id(), result)));
            }
        }
        let Some(member) = self.members.first() else { return Poll::Ready(None) };
        context::awaits(member.handle.reason(at));
        Poll::Pending
    }

    /// Waits for one of the tasks to be over.
    #[track_caller]
    pub fn join_next(&mut self) -> impl Future<Output = Option<Result<T, JoinError>>> {
        let next = self.join_next_with(Location::caller());
        async move { next.await.map(|(_, result)| result) }
    }

    /// As [`JoinSet::join_next`], with the task's identifier.
    #[track_caller]
    pub fn join_next_with_id(&mut self) -> impl Future<Output = Option<Result<(Id, T), JoinError>>> {
        let next = self.join_next_with(Location::caller());
        async move { next.await.map(|(id, result)| result.map(|value| (id, value))) }
    }

    fn join_next_with(&mut self, at: Place) -> impl Future<Output = Option<(Id, Result<T, JoinError>)>> {
        poll_fn(move |cx| self.poll_next(cx, at))
    }

    /// Takes the result of one that is over.
    #[track_caller]
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        let index = self.members.iter().position(|member| member.handle.is_finished())?;
        self.take(index, Location::caller())
    }

    fn take(&mut self, index: usize, at: Place) -> Option<Result<T, JoinError>> {
        let mut member = self.members.remove(index);
        match member.handle.poll_at(&mut Context::from_waker(Waker::noop()), at) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        }
    }

    /// As [`JoinSet::try_join_next`], with the task's identifier.
    #[track_caller]
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        let index = self.members.iter().position(|member| member.handle.is_finished())?;
        let id = self.members[index].handle.id();
        self.take(index, Location::caller()).map(|result| result.map(|value| (id, value)))
    }

    /// Polls for one of the tasks to be over.
    #[track_caller]
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_next(cx, Location::caller()).map(|next| next.map(|(_, result)| result))
    }

    /// Waits for all tasks.
    ///
    /// # Panics
    ///
    /// With the panic of one that panicked, and if one was aborted.
    #[track_caller]
    pub fn join_all(mut self) -> impl Future<Output = Vec<T>> {
        let at = Location::caller();
        async move {
            let mut output = Vec::with_capacity(self.len());
            while let Some((_, result)) = self.join_next_with(at).await {
                match result {
                    Ok(value) => output.push(value),
                    Err(error) if error.is_panic() => kata_shuttle::unwind::resume_unwind(error.into_panic()),
                    Err(error) => panic!("{error}"),
                }
            }
            output
        }
    }

    /// Aborts all tasks, and waits until they are over.
    #[track_caller]
    pub fn shutdown(&mut self) -> impl Future<Output = ()> {
        let at = Location::caller();
        self.abort_all();
        async move { while self.join_next_with(at).await.is_some() {} }
    }

    /// Aborts all tasks.
    #[track_caller]
    pub fn abort_all(&mut self) {
        for member in &self.members {
            member.handle.abort();
        }
    }

    /// Leaves the tasks to themselves.
    pub fn detach_all(&mut self) {
        self.members.clear();
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        for member in &self.members {
            member.handle.abort_in_drop();
        }
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        JoinSet::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet").field("len", &self.len()).finish()
    }
}

impl<F> FromIterator<F> for JoinSet<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(iter: I) -> Self {
        let mut set = JoinSet::new();
        iter.into_iter().for_each(|task| drop(set.spawn(task)));
        set
    }
}
