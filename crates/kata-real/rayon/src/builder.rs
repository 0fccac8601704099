//! `rayon::ThreadPoolBuilder`.

use std::any::Any;
use std::io;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, Ordering};

use kata_real::pool::Pool;
use rayon::{ThreadBuilder, ThreadPoolBuildError};

use crate::pool::ThreadPool;
use crate::usual;

/// See `rayon::ThreadPoolBuilder`.
#[derive(Debug, Default)]
pub struct ThreadPoolBuilder {
    inner: rayon::ThreadPoolBuilder,
    threads: usize,
}

/// `build_global` has been called.
static GLOBAL: AtomicBool = AtomicBool::new(false);

impl ThreadPoolBuilder {
    /// See `rayon::ThreadPoolBuilder::new`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// See `rayon::ThreadPoolBuilder::num_threads`.
    #[must_use]
    pub fn num_threads(self, num_threads: usize) -> Self {
        ThreadPoolBuilder { threads: num_threads, ..self }
    }

    /// See `rayon::ThreadPoolBuilder::thread_name`.
    #[must_use]
    pub fn thread_name<F>(self, closure: F) -> Self
    where
        F: FnMut(usize) -> String + 'static,
    {
        ThreadPoolBuilder { inner: self.inner.thread_name(closure), ..self }
    }

    /// See `rayon::ThreadPoolBuilder::stack_size`.
    #[must_use]
    pub fn stack_size(self, stack_size: usize) -> Self {
        ThreadPoolBuilder { inner: self.inner.stack_size(stack_size), ..self }
    }

    /// See `rayon::ThreadPoolBuilder::panic_handler`.
    #[must_use]
    pub fn panic_handler<H>(self, panic_handler: H) -> Self
    where
        H: Fn(Box<dyn Any + Send>) + Send + Sync + 'static,
    {
        ThreadPoolBuilder { inner: self.inner.panic_handler(panic_handler), ..self }
    }

    /// See `rayon::ThreadPoolBuilder::build`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn build(self) -> Result<ThreadPool, ThreadPoolBuildError> {
        let at = Location::caller();
        let threads = if self.threads == 0 { usual() } else { self.threads };
        let pool = Pool::start(threads, at);
        let inner = self.inner.num_threads(threads).spawn_handler(move |thread| start(pool, thread)).build()?;
        Ok(ThreadPool::new(inner, pool))
    }

    /// See `rayon::ThreadPoolBuilder::build_global`.
    ///
    /// # Errors
    /// It was called before, or asks for another number of threads than the machine has processors.
    pub fn build_global(self) -> Result<(), ThreadPoolBuildError> {
        let fits = self.threads == 0 || self.threads == usual();
        if fits && !GLOBAL.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        crate::enter();
        self.inner.build_global()
    }
}

/// Starts a thread of a pool.
pub(crate) fn start(pool: Pool, thread: ThreadBuilder) -> io::Result<()> {
    let mut builder = std::thread::Builder::new();
    if let Some(name) = thread.name() {
        builder = builder.name(name.to_owned());
    }
    if let Some(size) = thread.stack_size() {
        builder = builder.stack_size(size);
    }
    builder.spawn(move || pool.work(|| thread.run())).map(drop)
}
