//! Starting and joining threads.

use std::cell::Cell;
use std::io;
use std::panic::Location;
use std::sync::Arc;

use kata::Failure;
use kata_trace::{ObjectId, Op, Verdict};

use super::{Result, STACK, Thread, in_program};
use crate::demand::{self, Demand};
use crate::execution::{self, MAX_THREADS, Place};
use crate::explore;

/// A thread that was started.
pub(super) struct Running {
    thread: Thread,
    handle: loom::thread::JoinHandle<()>,
}

impl Running {
    pub(super) fn thread(&self) -> &Thread {
        &self.thread
    }

    pub(super) fn join(self, at: Place) {
        execution::attempt(Op::Join, None, Some(self.thread.0.id), at);
        // The thread's own panics never get here: they end the exploration.
        let _ = execution::switching(|| self.handle.join());
        execution::with(|e| {
            let knowledge = e.threads[usize::from(self.thread.0.id)].knowledge;
            e.me().knowledge.learn(&knowledge);
        });
        execution::complete(|_| {});
    }

    pub(super) fn is_finished(&self, at: Place) -> bool {
        demand::require(Demand::Looks);
        self.thread.0.point.visit();
        let finished = execution::with(|e| e.threads[usize::from(self.thread.0.id)].finished);
        if !finished {
            // No object: threads are told from objects by a number that none has.
            execution::observed(ObjectId::MAX - ObjectId::from(self.thread.0.id), at, 0);
        }
        finished
    }
}

/// Starts a thread.
pub(super) fn start(body: Box<dyn FnOnce()>, name: Option<String>, at: Place) -> Running {
    execution::attempt(Op::Spawn, None, None, at);
    let threads = execution::with(|e| e.threads.len());
    if threads == MAX_THREADS {
        explore::conclude(Failure {
            verdict: Verdict::Oversubscribed,
            kind: None,
            message: format!(
                "more than {MAX_THREADS} threads, the scenario's own included, in one execution: the loom world can \
                 follow no more"
            ),
            at: Some(at.into()),
        });
    }
    let id = execution::with(|e| e.add_thread(name.as_deref(), at));
    let thread = Thread::new(id, name);
    execution::with(|e| e.threads[usize::from(id)].handle = Some(thread.clone()));
    let body = Body(body);
    let run = move || {
        execution::run(id);
        in_program(move || body.run());
    };
    let builder = loom::thread::Builder::new().stack_size(STACK / size_of::<usize>());
    let handle = execution::outside(|| builder.spawn(run));
    execution::complete(|entry| entry.peer = Some(id));
    Running { thread, handle: handle.expect("loom starts every thread") }
}

struct Body(Box<dyn FnOnce()>);

// SAFETY: the callers have checked that what the thread runs may be sent; only the type has forgotten it.
#[allow(unsafe_code, reason = "loom asks for `Send`, which the callers have asked for already")]
unsafe impl Send for Body {}

impl Body {
    fn run(self) {
        (self.0)();
    }
}

/// What a thread runs. Every closure is a type: what would depend on it is compiled with each program, again and again.
pub(super) type Function<'scope, T> = Box<dyn FnOnce() -> T + 'scope>;

/// Where a thread leaves its result.
pub(super) struct Packet<T>(Cell<Option<T>>);

// SAFETY: all threads of a model run on one operating-system thread; the result is taken after the thread's end.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Send for Packet<T> {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl<T> Sync for Packet<T> {}

impl<T> Packet<T> {
    /// The packet of a thread that runs `f`, and what the thread does.
    pub(super) fn of<'scope>(f: Function<'scope, T>) -> (Arc<Self>, Function<'scope, ()>)
    where
        T: 'scope,
    {
        let packet = Arc::new(Packet(Cell::new(None)));
        let theirs = Arc::clone(&packet);
        (packet, Box::new(move || theirs.0.set(Some(f()))))
    }

    pub(super) fn take(&self) -> T {
        self.0.take().expect("a thread that has ended has left its result")
    }
}

/// `std::thread::JoinHandle`.
pub struct JoinHandle<T> {
    running: Running,
    packet: Arc<Packet<T>>,
}

impl<T> JoinHandle<T> {
    /// Waits for the thread to finish and returns its result.
    ///
    /// # Errors
    ///
    /// Never: a panic of the thread ends the exploration.
    #[track_caller]
    pub fn join(self) -> Result<T> {
        self.running.join(Location::caller());
        Ok(self.packet.take())
    }

    /// A handle to the thread.
    #[must_use]
    pub fn thread(&self) -> &Thread {
        self.running.thread()
    }

    /// Whether the thread's function has returned.
    #[must_use]
    #[track_caller]
    pub fn is_finished(&self) -> bool {
        self.running.is_finished(Location::caller())
    }
}

impl<T> std::fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

/// `std::thread::Builder`.
#[derive(Debug, Default)]
#[must_use = "must eventually spawn the thread"]
pub struct Builder {
    name: Option<String>,
}

impl Builder {
    /// The default configuration.
    pub fn new() -> Self {
        Builder { name: None }
    }

    /// Names the thread.
    pub fn name(mut self, name: String) -> Self {
        self.name = Some(name);
        self
    }

    /// Sets the size of the stack. The model gives every thread the same.
    pub fn stack_size(self, _size: usize) -> Self {
        self
    }

    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn spawn<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        Ok(spawn_named(self.name, Location::caller(), Box::new(f)))
    }

    /// Starts a thread whose function and result may borrow what outlives it.
    ///
    /// # Errors
    ///
    /// Never.
    ///
    /// # Safety
    ///
    /// As for std's: the thread ends before what it borrows does.
    #[track_caller]
    #[allow(unsafe_code, reason = "as in std")]
    pub unsafe fn spawn_unchecked<F, T>(self, f: F) -> io::Result<JoinHandle<T>>
    where
        F: FnOnce() -> T + Send,
        T: Send,
    {
        let (packet, body) = Packet::of(Box::new(f));
        // SAFETY: only the lifetime is changed, and the caller promises that the thread ends before it does.
        let body: Box<dyn FnOnce() + 'static> = unsafe { std::mem::transmute(body) };
        Ok(JoinHandle { running: start(body, self.name, Location::caller()), packet })
    }

    pub(super) fn into_name(self) -> Option<String> {
        self.name
    }
}

/// `std::thread::spawn`.
#[track_caller]
pub fn spawn<F, T>(f: F) -> JoinHandle<T>
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    spawn_named(None, Location::caller(), Box::new(f))
}

fn spawn_named<T: 'static>(name: Option<String>, at: Place, f: Function<'static, T>) -> JoinHandle<T> {
    let (packet, body) = Packet::of(f);
    JoinHandle { running: start(body, name, at), packet }
}
