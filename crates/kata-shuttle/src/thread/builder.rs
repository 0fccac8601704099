//! Starting threads.

use std::io;
use std::panic::Location;

use crate::kernel::{self, Place};
use crate::thread::join::{Body, Function, Packet};
use crate::thread::scope::{Scope, ScopedJoinHandle};
use crate::thread::{JoinHandle, Thread};

/// `std::thread::Builder` in this world.
#[derive(Debug, Default)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// A thread without a name.
    pub fn new() -> Self {
        Builder::default()
    }

    /// Names the thread.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// Stacks have one size in this world.
    pub fn stack_size(self, _size: usize) -> Self {
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// None here.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(spawn_named(self.name.as_deref(), Location::caller(), Box::new(f)))
    }

    /// Starts the thread, whatever it borrows.
    ///
    /// # Errors
    ///
    /// None here.
    ///
    /// # Safety
    ///
    /// The thread must be over before anything that it borrows is gone.
    #[track_caller]
    #[allow(unsafe_code, reason = "std has it")]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        let (packet, body) = Packet::new(Box::new(f));
        // SAFETY: only the lifetime is changed; the caller promises what it stands for.
        let body = unsafe { std::mem::transmute::<Body<'_>, Body<'static>>(body) };
        let name = self.name.as_deref();
        let id = start(name, Location::caller(), body);
        Ok(JoinHandle { id, thread: Thread::new(id, name), packet })
    }

    /// Starts the thread in a scope.
    ///
    /// # Errors
    ///
    /// None here.
    #[track_caller]
    pub fn spawn_scoped<'scope, 'env, F, T>(
        self,
        scope: &'scope Scope<'scope, 'env>,
        f: F,
    ) -> io::Result<ScopedJoinHandle<'scope, T>>
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        Ok(scope.spawn_named(self.name.as_deref(), Location::caller(), Box::new(f)))
    }
}

/// Starts a thread.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_named(None, Location::caller(), Box::new(f))
}

fn spawn_named<T: Send + 'static>(name: Option<&str>, at: Place, f: Function<'static, T>) -> JoinHandle<T> {
    let (packet, body) = Packet::new(f);
    let id = start(name, at, body);
    JoinHandle { id, thread: Thread::new(id, name), packet }
}

/// Starts a thread whose types are erased.
pub(crate) fn start(name: Option<&str>, at: Place, body: Body<'static>) -> kata_trace::ThreadId {
    let id = kernel::with(|kernel| kernel.add_thread(name, at));
    // shuttle's handle is not needed: `Packet` carries the result, and the kernel knows when the thread is over.
    drop(kernel::outside(|| shuttle::thread::spawn(move || body.run())));
    id
}
