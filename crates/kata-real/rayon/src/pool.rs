//! `rayon::ThreadPool`.

use kata_real::pool::Pool;
use rayon::{BroadcastContext, Scope, ScopeFifo, Yield};

/// See `rayon::ThreadPool`.
#[derive(Debug)]
pub struct ThreadPool {
    /// There until it is dropped.
    inner: Option<rayon::ThreadPool>,
    pool: Pool,
}

impl ThreadPool {
    pub(crate) fn new(inner: rayon::ThreadPool, pool: Pool) -> Self {
        ThreadPool { inner: Some(inner), pool }
    }

    fn inner(&self) -> &rayon::ThreadPool {
        self.inner.as_ref().expect("it is there until it is dropped")
    }

    /// See `rayon::ThreadPool::install`.
    pub fn install<OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce() -> R + Send,
        R: Send,
    {
        self.inner().install(op)
    }

    /// See `rayon::ThreadPool::broadcast`.
    pub fn broadcast<OP, R>(&self, op: OP) -> Vec<R>
    where
        OP: Fn(BroadcastContext<'_>) -> R + Sync,
        R: Send,
    {
        self.inner().broadcast(op)
    }

    /// See `rayon::ThreadPool::join`.
    pub fn join<A, B, RA, RB>(&self, oper_a: A, oper_b: B) -> (RA, RB)
    where
        A: FnOnce() -> RA + Send,
        B: FnOnce() -> RB + Send,
        RA: Send,
        RB: Send,
    {
        self.inner().join(oper_a, oper_b)
    }

    /// See `rayon::ThreadPool::scope`.
    pub fn scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R + Send,
        R: Send,
    {
        self.inner().scope(op)
    }

    /// See `rayon::ThreadPool::scope_fifo`.
    pub fn scope_fifo<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&ScopeFifo<'scope>) -> R + Send,
        R: Send,
    {
        self.inner().scope_fifo(op)
    }

    /// See `rayon::ThreadPool::in_place_scope`.
    pub fn in_place_scope<'scope, OP, R>(&self, op: OP) -> R
    where
        OP: FnOnce(&Scope<'scope>) -> R,
    {
        self.inner().in_place_scope(op)
    }

    /// See `rayon::ThreadPool::spawn`.
    pub fn spawn<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        self.inner().spawn(op);
    }

    /// See `rayon::ThreadPool::spawn_fifo`.
    pub fn spawn_fifo<OP>(&self, op: OP)
    where
        OP: FnOnce() + Send + 'static,
    {
        self.inner().spawn_fifo(op);
    }

    /// See `rayon::ThreadPool::current_num_threads`.
    #[must_use]
    pub fn current_num_threads(&self) -> usize {
        self.inner().current_num_threads()
    }

    /// See `rayon::ThreadPool::current_thread_index`.
    #[must_use]
    pub fn current_thread_index(&self) -> Option<usize> {
        self.inner().current_thread_index()
    }

    /// See `rayon::ThreadPool::yield_now`.
    pub fn yield_now(&self) -> Option<Yield> {
        self.inner().yield_now()
    }
}

impl Drop for ThreadPool {
    fn drop(&mut self) {
        drop(self.inner.take());
        self.pool.wait_for_end();
    }
}
