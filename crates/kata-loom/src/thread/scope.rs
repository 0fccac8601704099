//! Scoped threads.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use super::builder::{Function, Packet, Running, start};
use super::{Builder, Result, Thread};
use crate::execution::Place;

/// A scoped thread, until somebody joins it.
struct Joinable(Rc<RefCell<Option<Running>>>);

/// `std::thread::Scope`.
pub struct Scope<'scope, 'env: 'scope> {
    threads: RefCell<Vec<Joinable>>,
    scope: PhantomData<&'scope mut &'scope ()>,
    env: PhantomData<&'env mut &'env ()>,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Scope<'_, '_> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Scope<'_, '_> {}

/// `std::thread::ScopedJoinHandle`.
pub struct ScopedJoinHandle<'scope, T> {
    running: Joinable,
    thread: Thread,
    packet: Arc<Packet<T>>,
    scope: PhantomData<&'scope ()>,
}

// SAFETY: as for `Scope`.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Send for ScopedJoinHandle<'_, T> {}
// SAFETY: as for `Scope`.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T: Send> Sync for ScopedJoinHandle<'_, T> {}

/// `std::thread::scope`.
#[track_caller]
pub fn scope<'env, F, T>(f: F) -> T
where
    F: for<'scope> FnOnce(&'scope Scope<'scope, 'env>) -> T,
{
    let scope = Scope { threads: RefCell::new(Vec::new()), scope: PhantomData, env: PhantomData };
    let result = f(&scope);
    scope.join_all(Location::caller());
    result
}

impl<'scope> Scope<'scope, '_> {
    /// Starts a thread that ends before the scope does.
    #[track_caller]
    pub fn spawn<F, T>(&'scope self, f: F) -> ScopedJoinHandle<'scope, T>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        self.start(Box::new(f), None, Location::caller())
    }

    fn start<T: 'scope>(
        &'scope self,
        f: Function<'scope, T>,
        name: Option<String>,
        at: Place,
    ) -> ScopedJoinHandle<'scope, T> {
        let (packet, body) = Packet::of(f);
        // SAFETY: only the lifetime is changed. `scope` joins the thread before it returns, and nothing unwinds past
        // it: a panic ends the exploration where it begins.
        #[allow(unsafe_code, reason = "a scoped thread borrows from the scope that joins it")]
        let body: Box<dyn FnOnce() + 'static> = unsafe { std::mem::transmute(body) };
        let (running, thread) = self.begin(body, name, at);
        ScopedJoinHandle { running, thread, packet, scope: PhantomData }
    }

    fn begin(&self, body: Function<'static, ()>, name: Option<String>, at: Place) -> (Joinable, Thread) {
        let running = start(body, name, at);
        let thread = running.thread().clone();
        let running = Rc::new(RefCell::new(Some(running)));
        self.threads.borrow_mut().push(Joinable(Rc::clone(&running)));
        (Joinable(running), thread)
    }

    fn join_all(&self, at: Place) {
        loop {
            // Threads of the scope may start further ones meanwhile.
            let next = self.threads.borrow_mut().pop();
            let Some(Joinable(thread)) = next else { break };
            let running = thread.borrow_mut().take();
            if let Some(running) = running {
                running.join(at);
            }
        }
    }
}

impl fmt::Debug for Scope<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scope").finish_non_exhaustive()
    }
}

impl<T> ScopedJoinHandle<'_, T> {
    /// Waits for the thread to finish and returns its result.
    ///
    /// # Errors
    ///
    /// Never: a panic of the thread ends the exploration.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        let running = self.running.0.borrow_mut().take();
        running.expect("a thread is joined once").join(Location::caller());
        Ok(self.packet.take())
    }

    /// A handle to the thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread's function has returned.
    #[must_use]
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        let at = Location::caller();
        // Taken out while others may run.
        let running = self.running.0.borrow_mut().take();
        let Some(running) = running else { return true };
        let finished = running.is_finished(at);
        *self.running.0.borrow_mut() = Some(running);
        finished
    }
}

impl<T> fmt::Debug for ScopedJoinHandle<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScopedJoinHandle").finish_non_exhaustive()
    }
}

impl Builder {
    /// Starts a thread that ends before the scope does.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn spawn_scoped<'scope, F, T>(
        self,
        scope: &'scope Scope<'scope, '_>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Ok(scope.start(Box::new(f), self.into_name(), Location::caller()))
    }
}
