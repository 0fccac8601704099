//! Scoped threads.

use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, RefUnwindSafe};
use std::thread::Result;

use crate::kernel::{self, Place};
use crate::sync::coroutine_safe;
use crate::thread::builder::start;
use crate::thread::join::{self, Body, Function, Packet, Until};
use crate::thread::{JoinHandle, Thread};
use crate::unwind;

/// `std::thread::Scope` in this world.
pub struct Scope<'scope, 'env: 'scope> {
    threads: RefCell<Vec<kata_trace::ThreadId>>,
    _scope: PhantomData<&'scope mut &'scope ()>,
    _env: PhantomData<&'env mut &'env ()>,
}

coroutine_safe! {
    unsafe impl ['scope, 'env] Sync for Scope<'scope, 'env>;
}

impl RefUnwindSafe for Scope<'_, '_> {}

/// `std::thread::ScopedJoinHandle` in this world.
pub struct ScopedJoinHandle<'scope, T> {
    handle: JoinHandle<T>,
    _scope: PhantomData<&'scope ()>,
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
    let (mut f, mut result) = (Some(f), None);
    let panicked = run(Location::caller(), &mut |scope| {
        let f = f.take().expect("a scope has one body");
        result = Some(f(scope));
    });
    assert!(!panicked, "{}", kernel::SCOPED_PANIC);
    result.expect("the body of the scope ran")
}

/// What `scope` does whatever the types: kept apart, so that little is compiled with each program. Returns whether a
/// thread panicked and nobody was told.
fn run<'env>(at: Place, body: &mut dyn for<'scope> FnMut(&'scope Scope<'scope, 'env>)) -> bool {
    let scope = Scope { threads: RefCell::new(Vec::new()), _scope: PhantomData, _env: PhantomData };
    let outcome = unwind::catch_unwind(AssertUnwindSafe(|| body(&scope)));
    let mut waited = 0;
    loop {
        // Threads of the scope may start further ones.
        let next = scope.threads.borrow().get(waited).copied();
        let Some(thread) = next else { break };
        waited += 1;
        if kernel::with(|kernel| !kernel.returned(thread)) {
            join::wait(thread, Until::Returned, at);
        }
    }
    match outcome {
        Ok(()) => scope.threads.borrow().iter().any(|thread| kernel::with(|kernel| kernel.untold(*thread))),
        Err(payload) => unwind::go_on(payload),
    }
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread in the scope.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.spawn_named(None, Location::caller(), Box::new(f))
    }

    pub(crate) fn spawn_named<T>(
        &'scope self,
        name: Option<&str>,
        at: Place,
        f: Function<'scope, T>,
    ) -> ScopedJoinHandle<'scope, T>
    where
        T: Send + 'scope,
    {
        let (packet, body) = Packet::new(f);
        let id = self.start(name, at, body);
        let handle = JoinHandle { id, thread: Thread::new(id, name), packet };
        ScopedJoinHandle { handle, _scope: PhantomData }
    }

    fn start(&'scope self, name: Option<&str>, at: Place, body: Body<'scope>) -> kata_trace::ThreadId {
        // SAFETY: only the lifetime is changed. `run` does not return before the body has returned and dropped what it
        // owns; where an execution is given up, the stack that it borrows from is never used again.
        #[allow(unsafe_code, reason = "the thread is over before what it borrows")]
        let body = unsafe { std::mem::transmute::<Body<'scope>, Body<'static>>(body) };
        let id = start(name, at, body);
        self.threads.borrow_mut().push(id);
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
