//! The life of a thread: its body, its result, and waiting for it.

use std::cell::RefCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location};
use std::sync::Arc;
use std::thread::Result;

use kata_trace::Op;

use crate::kernel::{self, Step};
use crate::sync::coroutine_safe;
use crate::thread::{Thread, local};

/// What a thread leaves behind.
pub(crate) struct Packet<T>(RefCell<Option<Result<T>>>);

coroutine_safe! {
    unsafe impl [T: Send] Send for Packet<T>;
    unsafe impl [T: Send] Sync for Packet<T>;
}

impl<T> Packet<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Packet(RefCell::new(None)))
    }
}

/// Runs the body of a thread to its end.
pub(crate) fn run_thread<T>(packet: Arc<Packet<T>>, body: impl FnOnce() -> T) {
    let result = kernel::inside(|| std::panic::catch_unwind(AssertUnwindSafe(body)));
    let panicked = result.is_err();
    *packet.0.borrow_mut() = Some(result);
    // A result that nobody will join is dropped by its thread, while that still exists.
    drop(packet);
    finish(panicked);
}

fn finish(panicked: bool) {
    local::drop_all();
    kernel::with(|kernel| kernel.finish(panicked));
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
        let result = self.packet.0.borrow_mut().take().expect("a finished thread has left its result");
        if result.is_err() {
            kernel::with(|kernel| kernel.tell_panic(self.id));
        }
        result
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
