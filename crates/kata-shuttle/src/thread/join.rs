//! The life of a thread: its body, its result, and waiting for it.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::Result;

use kata_trace::Op;

use crate::kernel::{self, Step};
use crate::sync::coroutine_safe;
use crate::thread::{Thread, local};

/// What a thread leaves behind: a value, or the payload of its panic.
pub(crate) struct Packet<T> {
    value: Cell<Option<T>>,
    panic: Rc<Cell<Option<Payload>>>,
}

type Payload = Box<dyn Any + Send>;

coroutine_safe! {
    unsafe impl [T: Send] Send for Packet<T>;
    unsafe impl [T: Send] Sync for Packet<T>;
}

/// The body of a thread with everything about its types erased: what is compiled with the program is small.
pub(crate) struct Body<'scope> {
    run: Box<dyn FnOnce() + 'scope>,
    panic: Rc<Cell<Option<Payload>>>,
}

coroutine_safe! {
    unsafe impl ['scope] Send for Body<'scope>;
}

impl<T> Packet<T> {
    /// The packet of a thread that runs `f`, and the thread's body.
    pub(crate) fn new<'scope, F>(f: F) -> (Arc<Self>, Body<'scope>)
    where
        F: FnOnce() -> T + Send + 'scope,
        T: Send + 'scope,
    {
        let packet = Arc::new(Packet { value: Cell::new(None), panic: Rc::default() });
        let (theirs, panic) = (Arc::clone(&packet), Rc::clone(&packet.panic));
        // A result that nobody will join is dropped by its thread, with `theirs`, while that still exists.
        (packet, Body { run: Box::new(move || theirs.value.set(Some(f()))), panic })
    }
}

impl Body<'_> {
    /// Runs the thread to its end.
    pub(crate) fn run(self) {
        let result = kernel::inside(|| std::panic::catch_unwind(AssertUnwindSafe(self.run)));
        let panicked = result.is_err();
        self.panic.set(result.err());
        local::drop_all();
        kernel::with(|kernel| kernel.finish(panicked));
    }
}

/// Runs the scenario as the first thread of an execution.
pub(crate) fn run_scenario(scenario: fn()) {
    let panicked = kernel::inside(|| std::panic::catch_unwind(scenario)).is_err();
    if !panicked {
        local::drop_all();
    }
    kernel::with(|kernel| {
        kernel.finish(panicked);
        kernel.scenario_panicked();
    });
}

/// Waits for a thread.
pub(crate) fn wait(thread: kata_trace::ThreadId, at: &'static Location<'static>) {
    kernel::step(Step {
        op: Op::Join,
        object: None,
        peer: Some(thread),
        at,
        ready: Some(&|kernel| kernel.finished(thread)),
        deadline: None,
        spurious: false,
    });
    kernel::with(|kernel| kernel.record(Op::Join, None, at, |entry| entry.peer = Some(thread)));
}

/// `std::thread::JoinHandle` in this world.
pub struct JoinHandle<T> {
    pub(crate) id: kata_trace::ThreadId,
    pub(crate) thread: Thread,
    pub(crate) packet: Arc<Packet<T>>,
}

coroutine_safe! {
    unsafe impl [T] Send for JoinHandle<T>;
    unsafe impl [T] Sync for JoinHandle<T>;
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to end.
    ///
    /// # Errors
    ///
    /// The payload of its panic.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.join_at(Location::caller())
    }

    pub(crate) fn join_at(&self, at: &'static Location<'static>) -> Result<T> {
        wait(self.id, at);
        match self.packet.panic.take() {
            None => Ok(self.packet.value.take().expect("a finished thread has left its result")),
            Some(payload) => {
                kernel::with(|kernel| kernel.tell_panic(self.id));
                Err(payload)
            }
        }
    }

    /// The thread's handle.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        &self.thread
    }

    /// Whether the thread's function is over.
    #[track_caller]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        let at = Location::caller();
        kernel::with(kernel::Kernel::look);
        kernel::step(Step {
            op: Op::Join,
            object: None,
            peer: Some(self.id),
            at,
            ready: None,
            deadline: None,
            spurious: false,
        });
        kernel::with(|kernel| {
            let finished = kernel.finished(self.id);
            kernel.observed(u32::MAX, at, kata::Scalar::Uint(u64::from(self.id) << 1 | u64::from(finished)));
            finished
        })
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}
