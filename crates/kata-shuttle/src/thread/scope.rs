//! Scoped threads.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location};
use std::sync::Arc;
use std::thread::Result;

use kata_trace::ThreadId;

use crate::kernel::{self, Place};
use crate::sync::coroutine_safe;
use crate::thread::join::{self, Packet, run_thread};
use crate::thread::{JoinHandle, Thread};

/// `std::thread::Scope` in this world.
pub struct Scope<'scope, 'env: 'scope> {
    inner: &'scope shuttle::thread::Scope<'scope, 'env>,
    threads: RefCell<Vec<ThreadId>>,
}

coroutine_safe! {
    unsafe impl ['scope, 'env] Sync for Scope<'scope, 'env>;
}

/// `std::thread::ScopedJoinHandle` in this world.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<T>,
    _scope: std::marker::PhantomData<&'scope ()>,
}

/// Runs `f` and waits for every thread that it starts in the scope.
///
/// # Panics
///
/// If a thread of the scope panicked and was not joined.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let at = Location::caller();
    let mut result = None;
    let mut f = Some(f);
    let panicked = enter(at, &mut |scope| {
        let f = f.take().expect("a scope is entered once");
        result = Some(std::panic::catch_unwind(AssertUnwindSafe(|| f(scope))));
    });
    match result.expect("the scope was entered") {
        Ok(_) if panicked => panic!("{}", kernel::SCOPED_PANIC),
        Ok(value) => value,
        Err(payload) => std::panic::resume_unwind(payload),
    }
}

/// Enters a scope, waits for its threads, and tells whether one of them panicked unheard.
///
/// Not generic: programs would compile shuttle's part of it anew for each of their closures.
fn enter<'env>(at: Place, f: &mut dyn for<'scope> FnMut(&'scope Scope<'scope, 'env>)) -> bool {
    shuttle::thread::scope(|inner| {
        let scope = Scope { inner, threads: RefCell::new(Vec::new()) };
        // SAFETY: the scope's threads are over before `scope` is dropped: they are waited for below.
        #[allow(unsafe_code, reason = "the scope must outlive the borrow that its threads have of it")]
        let shared = unsafe { &*std::ptr::from_ref(&scope) };
        f(shared);
        let mut waited = 0;
        loop {
            // Threads of the scope may start further ones.
            let next = scope.threads.borrow().get(waited).copied();
            let Some(thread) = next else { break };
            waited += 1;
            if kernel::with(|kernel| !kernel.finished(thread)) {
                join::wait(thread, at);
            }
        }
        scope.threads.borrow().iter().any(|thread| kernel::with(|kernel| kernel.untold(*thread)))
    })
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn_named(None, Location::caller(), f)
    }

    pub(crate) fn spawn_named<F, T>(&'scope self, name: Option<&str>, at: Place, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let packet = Packet::new();
        let theirs = Arc::clone(&packet);
        let body = kernel::outside(|| Box::new(move || run_thread(theirs, f)));
        let id = self.start(name, at, body);
        let handle = JoinHandle { id, thread: Thread::new(id, name), packet };
        ScopedJoinHandle { handle, _scope: std::marker::PhantomData }
    }

    /// Not generic, as [`enter`] is not.
    fn start(&'scope self, name: Option<&str>, at: Place, body: Box<dyn FnOnce() + Send + 'scope>) -> ThreadId {
        let id = kernel::with(|kernel| kernel.add_thread(name, at));
        self.threads.borrow_mut().push(id);
        drop(kernel::outside(|| self.inner.spawn(body)));
        id
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The payload of its panic.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.handle.join_at(Location::caller())
    }

    /// The thread's handle.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        self.handle.thread()
    }

    /// Whether the thread's function is over.
    #[track_caller]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}
