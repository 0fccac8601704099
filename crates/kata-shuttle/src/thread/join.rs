//! The life of a thread: its body, its result, and waiting for it.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location};
use std::rc::Rc;
use std::sync::Arc;
use std::thread::Result;

use kata::Failure;
use kata_trace::{Op, Verdict};

use crate::kernel::{self, Kernel, Place, Readiness, Step, Subject};
use crate::sync::coroutine_safe;
use crate::thread::{Thread, local};
use crate::unwind;

/// What a thread leaves behind: a value, or the payload of its panic.
pub(crate) struct Packet<T> {
    value: Cell<Option<T>>,
    panic: Rc<Cell<Option<Payload>>>,
}

type Payload = Box<dyn Any + Send>;

/// What a thread runs. Every closure is a type: what would depend on it is compiled with each program, again and again.
pub(crate) type Function<'scope, T> = Box<dyn FnOnce() -> T + Send + 'scope>;

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
    pub(crate) fn new<'scope>(f: Function<'scope, T>) -> (Arc<Self>, Body<'scope>)
    where
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
        let panic = result.as_ref().err().map(|payload| unwind::message(&**payload));
        self.panic.set(result.err());
        kernel::release(Op::Exit, None, Subject::THREADS, None);
        kernel::with(|kernel| kernel.returns(panic));
        drop_locals();
        kernel::with(Kernel::finishes);
    }
}

/// Drops the thread-locals of the calling thread. Their panics abort the process, as in std.
fn drop_locals() {
    let outside = kernel::with(Kernel::shelter);
    let result = kernel::inside(|| std::panic::catch_unwind(local::drop_all));
    kernel::with(|kernel| kernel.leave_shelter(outside));
    if let Err(payload) = result {
        let message = unwind::message(&*payload);
        let message = format!("panicked while dropping a thread-local, which aborts the process: {message}");
        kernel::fail(Failure { verdict: Verdict::Panicked, kind: None, message, at: None });
    }
}

/// Runs the scenario as the first thread of an execution.
pub(crate) fn run_scenario(scenario: fn()) {
    let result = kernel::inside(|| std::panic::catch_unwind(scenario));
    match result {
        Ok(()) => {
            drop_locals();
            if kernel::with(|kernel| kernel.others_left()) {
                // The end of the scenario cuts off what the others would still do. A panic is news: it gets to its end.
                let ready = |kernel: &Kernel| Readiness::when(!kernel.somebody_unwinds());
                kernel::step(Step::of(Op::Exit, None).when(&ready));
            }
            kernel::with(|kernel| kernel.returns(None));
        }
        Err(payload) => kernel::with(|kernel| {
            kernel.returns(Some(unwind::message(&*payload)));
            kernel.scenario_panicked();
        }),
    }
    kernel::with(Kernel::ends);
}

/// Until when to wait for a thread.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    /// Its function has returned.
    Returned,
    /// Its thread-locals are gone.
    Finished,
}

/// Waits for a thread. It cannot be told when.
pub(crate) fn wait(thread: kata_trace::ThreadId, until: Until, at: Place) {
    let over = |kernel: &Kernel| {
        Readiness::free_when(match until {
            Until::Returned => kernel.returned(thread),
            Until::Finished => kernel.finished(thread),
        })
    };
    kernel::step(Step { peer: Some(thread), ..Step::of(Op::Join, at).when(&over) });
    kernel::with(|kernel| kernel.record(Op::Join, None, at, |entry| entry.peer = Some(thread)));
}

/// Waits for a thread, and takes what it panicked with.
fn join(thread: kata_trace::ThreadId, panic: &Cell<Option<Payload>>, at: Place) -> Result<()> {
    wait(thread, Until::Finished, at);
    let Some(payload) = panic.take() else { return Ok(()) };
    kernel::with(|kernel| kernel.tell_panic(thread));
    Err(payload)
}

fn is_finished(thread: kata_trace::ThreadId, at: Place) -> bool {
    kernel::with(|kernel| kernel.look(Subject::THREADS));
    // What is over stays over.
    let readiness = |kernel: &Kernel| if kernel.returned(thread) { Readiness::Free } else { Readiness::Ready };
    kernel::step(Step { peer: Some(thread), ..Step::of(Op::Join, at).when(&readiness) });
    kernel::with(|kernel| kernel.returned(thread))
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

    pub(crate) fn join_at(&self, at: Place) -> Result<T> {
        join(self.id, &self.packet.panic, at)?;
        Ok(self.packet.value.take().expect("a finished thread has left its result"))
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
        is_finished(self.id, Location::caller())
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}
