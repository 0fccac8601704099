//! What the asynchronous runtimes and primitives of other crates are made of.
//!
//! A task is a thread of the model that runs only when its runtime lets it: it has a lane of its own in the timeline,
//! and the kernel knows what it waits for. What a runtime's executor does besides (handing a thread over to a task and
//! getting it back) is invisible: nobody else can tell when.

use std::any::Any;
use std::panic::{AssertUnwindSafe, Location};
use std::time::Duration;

use kata::{Entry, Failure};
use kata_trace::{Arm, ObjectId, ObjectKind, Op, ThreadId, Verdict};

pub use crate::choice::Turn;
pub use crate::kernel::Readiness;
use crate::kernel::{self, Host, Kernel, Place, Step, parts};
pub use crate::object::Entered;
use crate::object::Object;
use crate::sync::coroutine_safe;
use crate::thread::local;
use crate::unwind;

/// The identity of a primitive of another crate.
#[derive(Debug)]
pub struct Identity {
    object: Object,
    kind: ObjectKind,
}

coroutine_safe! {
    unsafe impl [] Sync for Identity;
}

impl Identity {
    /// Of a primitive that is created where this is called.
    #[track_caller]
    #[must_use]
    pub const fn new(kind: ObjectKind) -> Self {
        Identity { object: Object::new(), kind }
    }

    /// Its number in this execution, and whether this is its first use there.
    pub fn enter(&self) -> (ObjectId, Entered) {
        self.object.enter(self.kind)
    }

    fn id(&self) -> ObjectId {
        self.enter().0
    }

    /// A scheduling point before an operation.
    pub fn point(&self, op: Op, at: Place) {
        kernel::step(Step::on(op, self.id(), at));
    }

    /// A scheduling point before something that those who wait cannot tell from an earlier moment: it is one only in
    /// programs that [look](Identity::look).
    pub fn release(&self, op: Op, at: Option<Place>) {
        kernel::release(op, Some(self.id()), self.object.subject(), at);
    }

    /// A scheduling point before something that everybody may see.
    pub fn release_seen(&self, op: Op) {
        kernel::step(Step::on(op, self.id(), None));
    }

    /// The program sees the state of this without waiting for it.
    pub fn look(&self) {
        kernel::with(|kernel| kernel.look(self.object.subject()));
    }

    /// A scheduling point before an operation, which is chosen when it can be carried out or its `deadline` has passed.
    /// `ready` is asked at any time, with the time since the execution began, and must not use this world itself.
    pub fn operation(
        &self,
        op: Op,
        at: Place,
        ready: &dyn Fn(Duration) -> Readiness,
        deadline: Option<Duration>,
    ) -> Turn {
        selection(&[Arm { op, object: self.id() }], at, ready, deadline)
    }

    /// A sender of this channel was made there.
    pub fn sender_made(&self, at: Place) {
        let id = self.id();
        kernel::with(|kernel| {
            if kernel.active() {
                kernel.log.add_sender(id, at);
            }
        });
    }

    /// A sender of this channel that was made there is dropped.
    pub fn sender_dropped(&self, made: Place) {
        let id = self.id();
        kernel::with(|kernel| {
            if kernel.active() {
                kernel.log.drop_sender(id, made);
            }
        });
    }

    /// Logs an operation.
    pub fn record(&self, op: Op, at: Option<Place>, complete: impl FnOnce(&mut Entry)) {
        let id = self.id();
        kernel::with(|kernel| kernel.record(op, Some(id), at, complete));
    }

    /// Its state changes from one number to another.
    pub fn changes(&self, before: u64, after: u64) {
        let id = self.id();
        kernel::with(|kernel| kernel.changes(id, parts::HOLDERS, before, after));
    }

    /// The value that it protects was written to.
    pub fn writes(&self, before: kata::Scalar, after: kata::Scalar) {
        let id = self.id();
        kernel::with(|kernel| kernel.writes(id, before, after));
    }

    /// Its state changes in a way that is never undone.
    pub fn progresses(&self) {
        kernel::with(Kernel::progresses);
    }
}

/// What a thread waits for, as it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Reason {
    /// What it is about to do.
    pub op: Op,
    /// On what.
    pub object: Option<ObjectId>,
    /// For whom.
    pub peer: Option<ThreadId>,
    /// Where.
    pub at: Option<Place>,
}

impl Reason {
    /// An operation of which nothing but the place is known.
    #[must_use]
    pub fn of(op: Op, at: Option<Place>) -> Self {
        Reason { op, object: None, peer: None, at }
    }

    fn step<'a>(self) -> Step<'a> {
        Step { object: self.object, peer: self.peer, ..Step::of(self.op, self.at) }
    }
}

/// How a thread waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Others may notice when it goes on.
    Seen,
    /// As [`Manner::Seen`]; it has given its turn away.
    Offers,
    /// Nobody can tell when it goes on.
    Unseen,
    /// As [`Manner::Unseen`]; what others do meanwhile, it does itself. It is shown only where the execution ends.
    HandsOver,
}

/// Waits until `ready`, or until the clock has reached `deadline`. Returns whether it was the deadline.
pub fn wait(reason: Reason, manner: Manner, ready: &dyn Fn() -> bool, deadline: Option<Duration>) -> bool {
    let readiness = |_: &Kernel| match manner {
        Manner::Seen | Manner::Offers => Readiness::when(ready()),
        Manner::Unseen | Manner::HandsOver => Readiness::free_when(ready()),
    };
    let step = reason.step().when(&readiness).until(deadline);
    let step = Step {
        offers: manner == Manner::Offers,
        internal: matches!(manner, Manner::Unseen | Manner::HandsOver),
        quiet: manner == Manner::HandsOver,
        suspends: true,
        ..step
    };
    kernel::step(step) == Turn::Timeout
}

/// As [`Identity::operation`], before one of several operations.
pub fn selection(arms: &[Arm], at: Place, ready: &dyn Fn(Duration) -> Readiness, deadline: Option<Duration>) -> Turn {
    let readiness = |kernel: &Kernel| ready(kernel.now());
    let step = match arms.split_first() {
        Some((first, others)) => Step { arms: others, ..Step::on(first.op, first.object, at) },
        None => Step::of(Op::Recv, at),
    };
    kernel::step(step.when(&readiness).until(deadline))
}

/// A scheduling point before an operation on no object.
pub fn point(reason: Reason) {
    kernel::step(reason.step());
}

/// As [`point`], before something that has happened for good or has not: what is over stays over.
pub fn point_unless(over: bool, reason: Reason) {
    let readiness = |_: &Kernel| if over { Readiness::Free } else { Readiness::Ready };
    kernel::step(reason.step().when(&readiness));
}

/// Logs an operation on no object.
pub fn record(reason: Reason, complete: impl FnOnce(&mut Entry)) {
    kernel::with(|kernel| {
        kernel.record(reason.op, reason.object, reason.at, |entry| {
            entry.peer = reason.peer;
            complete(entry);
        });
    });
}

/// One of `options` things that are left to chance: all are explored.
#[must_use]
pub fn pick(options: usize) -> usize {
    usize::from(kernel::with(|kernel| kernel.pick(u8::try_from(options).unwrap_or(u8::MAX))))
}

/// Another execution covers what would follow in this one, if the search runs all of them.
pub fn abandon() {
    kernel::with(Kernel::abandon);
}

/// Changes of what is shared that the calling thread has made in this execution.
#[must_use]
pub fn own_changes() -> u64 {
    kernel::with(|kernel| kernel.own_changes())
}

/// How many locks that block had been taken at a moment.
#[derive(Clone, Copy, Debug)]
pub struct LocksTaken(u64);

impl LocksTaken {
    /// At this moment.
    #[must_use]
    pub fn now() -> Self {
        LocksTaken(kernel::with(|kernel| kernel.locks_taken()))
    }
}

/// A future that the calling thread has polled since `polled` is not ready. Ends the execution if it has kept a lock that
/// blocks: whoever asks for that lock now blocks a thread of the runtime, and it may be the one that would have to poll
/// this future again. `awaits` is what it waits for, as far as that is known.
pub fn suspends(polled: LocksTaken, awaits: Option<Reason>) {
    let held = kernel::with(|kernel| kernel.held_since(polled.0));
    // What the hidden tests keep is their own business.
    let Some(&(object, at)) = held.iter().rev().find(|(_, at)| !kata_trace::is_test(&(*at).into())) else { return };
    if !active() {
        return;
    }
    kernel::with(|kernel| kernel.record(Op::Suspend, Some(object), awaits.and_then(|reason| reason.at), |_| {}));
    let message = "the guard taken here was alive when its task returned to the executor: whoever asks for the lock \
                   meanwhile blocks the thread that would have to poll the task again";
    let verdict = Verdict::GuardAcrossAwait;
    fail(Failure { verdict, kind: None, message: message.to_owned(), at: Some(at.into()) });
}

/// Whether an execution is running. What outlives it acts without effect.
#[must_use]
pub fn active() -> bool {
    kernel::with(|kernel| kernel.active())
}

/// The number of the execution.
#[must_use]
pub fn execution() -> u32 {
    kernel::with(|kernel| kernel.epoch())
}

/// The calling thread.
#[must_use]
pub fn me() -> ThreadId {
    kernel::with(|kernel| kernel.me())
}

/// The time since the execution began.
#[must_use]
pub fn now() -> Duration {
    kernel::with(|kernel| kernel.now())
}

/// As [`now`], asked for by the program.
#[must_use]
pub fn read_clock() -> Duration {
    kernel::with(Kernel::read_clock)
}

/// Time passes at least to this moment.
pub fn pass_to(moment: Duration) {
    kernel::with(|kernel| kernel.pass_to(moment));
}

/// Runs code that is not the program's: what it allocates may outlive the execution.
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    kernel::outside(f)
}

/// A thread on whose behalf another one runs: its thread-locals count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carrier(Host);

impl Carrier {
    /// The calling thread, or whose behalf it runs on.
    #[must_use]
    pub fn current() -> Self {
        Carrier(kernel::with(|kernel| kernel.host()))
    }

    /// A worker of a runtime.
    #[must_use]
    pub fn worker(runtime: u32, worker: u32) -> Self {
        Carrier(Host::Worker(runtime, worker))
    }

    /// The thread is over: its thread-locals are dropped.
    pub fn ends(self) {
        let own = kernel::with(|kernel| kernel.replace_host(Some(self.0)));
        local::drop_all();
        kernel::with(|kernel| kernel.replace_host(own));
    }

    /// The calling thread runs on behalf of this one from here on.
    pub fn carries(self) {
        kernel::with(|kernel| kernel.replace_host(Some(self.0)));
    }
}

/// Starts a thread that begins when `ready`; `seen` if others may notice when. `run` returns the message of the panic
/// that ended it, if one did. `ready` must not own what runs code of the program when it is dropped.
pub fn spawn(
    at: Place,
    name: Option<&str>,
    seen: bool,
    ready: Box<dyn Fn() -> bool>,
    run: Box<dyn FnOnce() -> Option<String>>,
) -> ThreadId {
    struct Body(Box<dyn FnOnce() -> Option<String>>);
    coroutine_safe! {
        unsafe impl [] Send for Body;
    }
    impl Body {
        fn run(self) {
            drop(kernel::with(Kernel::begins));
            let panic = kernel::inside(self.0);
            kernel::with(|kernel| {
                kernel.returns(panic);
                kernel.finishes();
            });
        }
    }
    let readiness = move |_: &Kernel| if seen { Readiness::when(ready()) } else { Readiness::free_when(ready()) };
    let id = kernel::with(|kernel| {
        let id = kernel.add_thread(name, at);
        kernel.begin_when(id, Op::Poll, at, Box::new(readiness));
        id
    });
    let body = Body(run);
    // shuttle's handle is not needed: the runtime knows when the thread is over.
    drop(kernel::outside(|| shuttle::thread::spawn(move || body.run())));
    id
}

/// Runs a part of a task. A panic ends the task, not the model.
///
/// # Errors
///
/// The panic's payload.
pub fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Box<dyn Any + Send>> {
    unwind::catch_unwind(AssertUnwindSafe(f))
}

/// The message of a panic.
#[must_use]
pub fn panic_message(payload: &(dyn Any + Send)) -> String {
    unwind::message(payload)
}

/// Somebody was told that this task panicked.
pub fn tell_panic(task: ThreadId) {
    kernel::with(|kernel| kernel.tell_panic(task));
}

/// Ends the execution with a failure.
pub fn fail(failure: Failure) -> ! {
    kernel::fail(failure)
}

/// The caller's place.
#[track_caller]
#[must_use]
pub fn here() -> Place {
    Location::caller()
}
