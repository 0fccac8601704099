//! The state of one execution, and the one place where threads are chosen.
//!
//! shuttle supplies coroutines and asks its [`Scheduler`](shuttle::scheduler::Scheduler) who runs next. The primitives
//! of this world do not block in shuttle's sense. A thread *announces* its next operation with a condition under which
//! it can proceed ([`step`]) and is chosen only when the condition holds. So every operation is one scheduling point,
//! nobody wakes up to find that it must wait again, what each thread is about to do is known at every moment, and a
//! deadlock is the absence of a choice.

mod choosing;
mod execution;
mod loops;
mod panics;

use std::cell::{RefCell, RefMut};
use std::panic::Location;
use std::time::Duration;

use kata::{Entry, Failure, Log, Scalar, arena};
use kata_trace::{Arm, Cause, Decision, ObjectId, ObjectKind, Op, ThreadId, Verdict};

use crate::choice::{Choice, Turn};
use crate::fairness::Fairness;
use crate::search::Search;

pub(crate) use execution::Left;
use loops::Loops;
pub(crate) use panics::{Panic, SCOPED_PANIC};

pub(crate) type Place = &'static Location<'static>;

/// What can be looked at without waiting for it: the primitives that one place creates, or the ends of threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Subject(usize);

impl Subject {
    /// The ends of threads.
    pub(crate) const THREADS: Subject = Subject(0);

    pub(crate) fn created(at: Place) -> Self {
        Subject(std::ptr::from_ref(at).addr())
    }
}

/// Whether a thread can proceed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Not now.
    Blocked,
    /// It can, and the others may notice when it does.
    Ready,
    /// It can, for good, and nobody but itself can tell when it does: it proceeds at once, without a decision.
    Free,
}

impl Readiness {
    /// [`Readiness::Ready`] or [`Readiness::Blocked`].
    #[inline]
    #[must_use]
    pub fn when(ready: bool) -> Self {
        if ready { Readiness::Ready } else { Readiness::Blocked }
    }

    /// [`Readiness::Free`] or [`Readiness::Blocked`].
    #[inline]
    #[must_use]
    pub fn free_when(ready: bool) -> Self {
        if ready { Readiness::Free } else { Readiness::Blocked }
    }
}

/// Under which condition a thread can proceed.
pub(crate) type Ready<'a> = dyn Fn(&Kernel) -> Readiness + 'a;

/// Under which condition a thread may proceed for no reason.
pub(crate) type Whim<'a> = dyn Fn() -> bool + 'a;

/// What a thread is about to do.
pub(crate) struct Step<'a> {
    pub(crate) op: Op,
    pub(crate) object: Option<ObjectId>,
    /// What it would do instead.
    pub(crate) arms: &'a [Arm],
    pub(crate) peer: Option<ThreadId>,
    pub(crate) at: Option<Place>,
    /// `None`: always.
    pub(crate) ready: Option<&'a Ready<'a>>,
    /// The moment at which it gives up waiting.
    pub(crate) deadline: Option<Duration>,
    /// `None`: never.
    pub(crate) spurious: Option<&'a Whim<'a>>,
    /// It gives its turn away.
    pub(crate) offers: bool,
    /// It asks for a lock shared, and may be made to queue behind a writer that waits.
    pub(crate) queues: bool,
    /// It is a step only because somebody looks without waiting.
    pub(crate) release: bool,
    /// It is how a task waits: going on after it changes nothing by itself.
    pub(crate) suspends: bool,
    /// It is the runtime's, not the program's: no sign of a loop.
    pub(crate) internal: bool,
    /// It is taken when nobody else can go on, except because time passes.
    pub(crate) last: bool,
    /// That it cannot go on is shown only where the execution ends.
    pub(crate) quiet: bool,
}

impl<'a> Step<'a> {
    pub(crate) fn of(op: Op, at: impl Into<Option<Place>>) -> Self {
        Step {
            op,
            object: None,
            arms: &[],
            peer: None,
            at: at.into(),
            ready: None,
            deadline: None,
            spurious: None,
            offers: false,
            queues: false,
            release: false,
            suspends: false,
            internal: false,
            last: false,
            quiet: false,
        }
    }

    pub(crate) fn on(op: Op, object: ObjectId, at: impl Into<Option<Place>>) -> Self {
        Step { object: Some(object), ..Step::of(op, at) }
    }

    pub(crate) fn when(mut self, ready: &'a Ready<'a>) -> Self {
        self.ready = Some(ready);
        self
    }

    pub(crate) fn until(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }

    pub(crate) fn or(mut self, spurious: Option<&'a Whim<'a>>) -> Self {
        self.spurious = spurious;
        self
    }
}

/// An announced step. The conditions point into the stack of the thread, which does not move on while this is here.
struct Pending {
    op: Op,
    object: Option<ObjectId>,
    arms: Vec<Arm>,
    peer: Option<ThreadId>,
    at: Option<Place>,
    ready: Option<*const Ready<'static>>,
    deadline: Option<Duration>,
    spurious: Option<*const Whim<'static>>,
    release: bool,
    queues: bool,
    suspends: bool,
    /// It gives its turn away, or has kept it for long.
    offers: bool,
    last: bool,
    /// The thread goes round in a loop: nothing but a change of this state can make a difference to it.
    idle: Option<u64>,
    /// Tells this announcement from the thread's next one.
    serial: u64,
    /// The writer's announcement that this reader has queued behind.
    behind: Option<(ThreadId, u64)>,
    logged: bool,
}

#[derive(Default)]
struct Thread {
    /// See [`Pending`].
    pending: Option<Pending>,
    turn: Option<Turn>,
    /// Its function has returned and dropped everything that it owned.
    returned: bool,
    /// Its thread-locals are gone, too.
    finished: bool,
    /// It has done nothing since it was chosen that anybody could notice: its next step needs no decision.
    fresh: bool,
    loops: Loops,
    /// Changes of the shared state that it made.
    changes: u64,
    /// The token of `park`.
    token: bool,
    /// Panics that it unwinds from.
    panics: u32,
    /// Those of them outside the innermost `catch_unwind`.
    sheltered: u32,
    /// The panic that it unwinds from, or caught last.
    caught: Option<Panic>,
    panic: Option<Panic>,
    /// Somebody joined it and was told of the panic.
    panic_told: bool,
    /// Under which condition it begins.
    start: Option<Box<Ready<'static>>>,
    /// Its thread-locals are those of this thread.
    host: Option<Host>,
    /// The locks that it took and holds.
    holds: Vec<Hold>,
}

/// A lock that blocks, and that somebody holds.
#[derive(Clone, Copy, Debug)]
struct Hold {
    /// The earlier one has the smaller number.
    serial: u64,
    object: ObjectId,
    at: Place,
}

/// Whose thread-locals a thread uses, and who it is to the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Host {
    /// A thread.
    Thread(ThreadId),
    /// A worker thread of a runtime: the runtime's number and the worker's.
    Worker(u32, u32),
}

/// Everything about the execution that is running.
#[derive(Default)]
pub(crate) struct Kernel {
    /// A thread of an execution is running.
    active: bool,
    /// An execution has begun and not been ended.
    begun: bool,
    /// The scenario's function is over.
    over: bool,
    epoch: u32,
    executions: u64,
    pub(crate) log: Log,
    silent: bool,
    threads: Vec<Thread>,
    /// The thread that is running.
    current: ThreadId,
    /// The thread that took the last step which was decided.
    last: ThreadId,
    /// A decided step was taken since fairness was last told.
    stepped: bool,
    /// Steps of [`Kernel::last`] since anybody else was chosen.
    run: u32,
    /// Steps in a row that needed no decision.
    unnoticed: u32,
    /// A thread that is let go round in its loop, and how often it still may.
    stubborn: Option<(ThreadId, u32)>,
    /// Releases since the last token of the schedule.
    releases: u32,
    /// A digest of everything shared that threads can see.
    state: u64,
    /// Changes of it.
    changes: u64,
    clock: Duration,
    steps: u64,
    max_steps: u64,
    max_output: usize,
    output: usize,
    /// The steps of the executions that are over.
    searched: u64,
    /// The threads that a panic ended, in the order of their ends.
    panicked: Vec<ThreadId>,
    serial: u64,
    /// Locks that were taken.
    holds: u64,
    spurious_left: u32,
    fairness: Fairness,
    schedule: String,
    cost: u32,
    preempted: bool,
    decided: Option<Option<ThreadId>>,
    /// shuttle asks who runs next before it starts a thread: nothing is decided there.
    spawning: bool,
    choices: Vec<Choice>,
    candidates: choosing::Candidates,
    all: Vec<ThreadId>,
    search: Option<Box<dyn Search>>,
    failure: Option<Failure>,
    /// The execution was given up because another one covers what would follow.
    abandoned: bool,
    /// What somebody else is to decide: the execution has stopped there.
    decision: Option<Decision>,
    looked: Vec<Subject>,
    restart: bool,
    /// Tasks of an asynchronous runtime exist, which only shuttle knows.
    foreign: bool,
}

thread_local! {
    /// It lives as long as the process: otherwise its beginning and its end would be compiled with each program that
    /// looks at it.
    static KERNEL: &'static RefCell<Kernel> = Box::leak(Box::default());
}

/// The kernel, unless somebody is looking at it.
fn kernel() -> Option<RefMut<'static, Kernel>> {
    KERNEL.with(|kernel| kernel.try_borrow_mut().ok())
}

/// Looks at the kernel. Conditions of waiting threads run while it is borrowed: they get it as an argument.
pub(crate) fn with<R>(f: impl FnOnce(&mut Kernel) -> R) -> R {
    outside(|| f(&mut kernel().expect("nobody is looking at the kernel")))
}

/// Runs code of the world: what it allocates is not the program's.
pub(crate) fn outside<R>(f: impl FnOnce() -> R) -> R {
    let program = arena::enter_program(false);
    let result = f();
    arena::enter_program(program);
    result
}

/// Runs code of the program.
pub(crate) fn inside<R>(f: impl FnOnce() -> R) -> R {
    arena::enter_program(true);
    let result = f();
    arena::enter_program(false);
    result
}

/// As [`with`], from places where the kernel may be borrowed: panic hooks.
pub(crate) fn try_with<R>(f: impl FnOnce(&mut Kernel) -> R) -> Option<R> {
    kernel().map(|mut kernel| f(&mut kernel))
}

/// Hands over to whoever was decided on. Of shuttle's switches this is the one that does nothing else.
fn switch() {
    outside(|| shuttle::thread::sleep(Duration::ZERO));
}

/// Takes a scheduling point before an operation and returns when the thread may carry it out.
pub(crate) fn step(step: Step<'_>) -> Turn {
    if let Some(turn) = with(|kernel| kernel.announce(&step)) {
        return turn;
    }
    switch();
    with(Kernel::resume)
}

/// Takes a scheduling point before something that those who wait cannot tell from an earlier moment: a release. It is
/// one only in programs that look at `subject` without waiting for it ([`Kernel::look`]).
pub(crate) fn release(op: Op, object: Option<ObjectId>, subject: Subject, at: Option<Place>) {
    if with(|kernel| kernel.release_shows(subject)) {
        step(Step { object, release: true, ..Step::of(op, at) });
    }
}

/// Ends the execution with a failure; the calling thread never runs again.
pub(crate) fn fail(failure: Failure) -> ! {
    with(|kernel| kernel.set_failure(failure));
    loop {
        switch();
    }
}

impl Kernel {
    /// Whether a thread of an execution is running. Values that outlive their execution act without a trace.
    pub(crate) fn active(&self) -> bool {
        self.active
    }

    /// The number of the execution, from 1.
    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    pub(crate) fn me(&self) -> ThreadId {
        self.current
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock
    }

    /// The program reads the clock: that it goes round in a loop is no sign that nothing changes.
    pub(crate) fn read_clock(&mut self) -> Duration {
        if let Some(thread) = self.threads.get_mut(usize::from(self.current)) {
            thread.loops.clear();
        }
        self.clock
    }

    /// Time passes at least to this moment.
    pub(crate) fn pass_to(&mut self, moment: Duration) {
        self.clock = self.clock.max(moment);
    }

    pub(crate) fn add_object(&mut self, kind: ObjectKind, created: Place, address: usize) -> ObjectId {
        self.log.add_object(kind, Some(created), address)
    }

    /// Logs an operation of the current thread.
    pub(crate) fn record(
        &mut self,
        op: Op,
        object: Option<ObjectId>,
        at: impl Into<Option<Place>>,
        complete: impl FnOnce(&mut Entry),
    ) {
        if self.silent || !self.active {
            return;
        }
        let mut entry = Entry::new(self.current, op, at.into());
        entry.object = object;
        entry.preemption = std::mem::take(&mut self.preempted);
        complete(&mut entry);
        self.log.push(entry);
    }

    /// Records what the program prints. The failure is that it prints too much.
    pub(crate) fn print(&mut self, text: &str, at: Place) -> Result<(), Failure> {
        if !self.active {
            return Ok(());
        }
        self.output += text.len();
        if self.output > self.max_output {
            return Err(Failure {
                verdict: Verdict::OutputFlood,
                kind: None,
                message: format!("printed more than {} KiB in one execution", self.max_output >> 10),
                at: Some(at.into()),
            });
        }
        self.record(Op::Print, None, at, |entry| entry.text = Some(text.trim_end_matches('\n').into()));
        Ok(())
    }

    pub(crate) fn set_failure(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    // ---- the shared state ----

    /// A part of an object's state changes from one value to another. Parts are numbered by the object's kind.
    #[inline]
    pub(crate) fn changes(&mut self, object: ObjectId, part: u8, before: u64, after: u64) {
        if before != after && self.active {
            let part = u64::from(object) << 8 | u64::from(part);
            self.state ^= loops::digest(&[part, before]) ^ loops::digest(&[part, after]);
            self.count_change();
        }
    }

    /// The shared state changes in a way that is never undone.
    pub(crate) fn progresses(&mut self) {
        if self.active {
            self.count_change();
            self.state = loops::digest(&[self.state, self.changes]);
        }
    }

    fn count_change(&mut self) {
        self.changes += 1;
        let thread = &mut self.threads[usize::from(self.current)];
        thread.changes += 1;
        thread.fresh = false;
    }

    /// The value behind a lock was written to.
    pub(crate) fn writes(&mut self, object: ObjectId, before: Scalar, after: Scalar) {
        match (loops::bits(before), loops::bits(after)) {
            (Some(before), Some(after)) => self.changes(object, parts::VALUE, before, after),
            _ => self.progresses(),
        }
    }

    /// Somebody asks for the state of something without waiting for it: from now on its releases are scheduling
    /// points, and the search starts again with them.
    pub(crate) fn look(&mut self, subject: Subject) {
        if self.active && !self.looked.contains(&subject) {
            self.looked.push(subject);
            self.restart = true;
        }
    }

    /// Whether a release is a scheduling point. It need not be while everybody waits: an acquisition that waits has
    /// the same outcome whether it is announced before or after the release.
    fn release_shows(&mut self, subject: Subject) -> bool {
        if !self.active || self.unwinds() {
            return false;
        }
        self.releases += 1;
        let given = self.search.as_ref().and_then(|search| search.at_release(self.releases));
        given.unwrap_or_else(|| self.looked.contains(&subject))
    }

    // ---- locks that block ----

    /// The current thread took a lock.
    pub(crate) fn holds(&mut self, object: ObjectId, at: Place) {
        self.holds += 1;
        let serial = self.holds;
        if let Some(thread) = self.threads.get_mut(usize::from(self.current)) {
            thread.holds.push(Hold { serial, object, at });
        }
    }

    /// A lock is released: by the current thread, unless its guard was given away.
    pub(crate) fn lets_go(&mut self, object: ObjectId) {
        let current = usize::from(self.current);
        let own = self.threads.get(current).is_some_and(|own| own.holds.iter().any(|hold| hold.object == object));
        let holds = |thread: &&mut Thread| thread.holds.iter().any(|hold| hold.object == object);
        let holder = if own { self.threads.get_mut(current) } else { self.threads.iter_mut().find(holds) };
        if let Some(holder) = holder
            && let Some(last) = holder.holds.iter().rposition(|hold| hold.object == object)
        {
            holder.holds.remove(last);
        }
    }

    /// How many locks were taken until now.
    pub(crate) fn locks_taken(&self) -> u64 {
        self.holds
    }

    /// The locks that the current thread took since so many were taken, and holds.
    pub(crate) fn held_since(&self, taken: u64) -> Vec<(ObjectId, Place)> {
        let own = self.threads.get(usize::from(self.current)).map_or(&[][..], |thread| &thread.holds);
        own.iter().filter(|hold| hold.serial > taken).map(|hold| (hold.object, hold.at)).collect()
    }

    // ---- threads ----

    pub(crate) fn add_thread(&mut self, name: Option<&str>, at: Place) -> ThreadId {
        let thread = self.log.add_thread(name, Some(at));
        self.threads.push(Thread::default());
        self.record(Op::Spawn, None, at, |entry| entry.peer = Some(thread));
        self.progresses();
        self.spawning = true;
        thread
    }

    /// Says when a thread begins that was just added. Until then it is shown as about to do this.
    pub(crate) fn begin_when(&mut self, thread: ThreadId, op: Op, at: Place, ready: Box<Ready<'static>>) {
        self.serial += 1;
        let serial = self.serial;
        let thread = &mut self.threads[usize::from(thread)];
        let ready = thread.start.insert(ready);
        thread.pending = Some(Pending::start(op, at, std::ptr::from_ref(&**ready), serial));
    }

    /// The current thread has begun: its condition is not needed any more.
    pub(crate) fn begins(&mut self) -> Option<Box<Ready<'static>>> {
        self.resume();
        self.threads.get_mut(usize::from(self.current)).and_then(|thread| thread.start.take())
    }

    /// Whose thread-locals the current thread uses.
    pub(crate) fn host(&self) -> Host {
        let own = self.threads.get(usize::from(self.current)).and_then(|thread| thread.host);
        own.unwrap_or(Host::Thread(self.current))
    }

    /// The current thread runs on another one, or on its own again. Returns what was before.
    pub(crate) fn replace_host(&mut self, host: Option<Host>) -> Option<Host> {
        let thread = self.threads.get_mut(usize::from(self.current))?;
        std::mem::replace(&mut thread.host, host)
    }

    /// Changes that the current thread has made.
    pub(crate) fn own_changes(&self) -> u64 {
        self.threads.get(usize::from(self.current)).map_or(0, |thread| thread.changes)
    }

    /// Another execution covers what would follow, in a search that runs all of them.
    pub(crate) fn abandon(&mut self) {
        let covered = self.search.as_ref().is_some_and(|search| search.covers_everything());
        self.abandoned |= covered && self.active && !self.somebody_unwinds();
    }

    pub(crate) fn returned(&self, thread: ThreadId) -> bool {
        self.threads.get(usize::from(thread)).is_none_or(|thread| thread.returned)
    }

    pub(crate) fn finished(&self, thread: ThreadId) -> bool {
        self.threads.get(usize::from(thread)).is_none_or(|thread| thread.finished)
    }

    /// The threads of this execution, whether or not they have ended.
    pub(crate) fn thread_count(&self) -> usize {
        self.threads.len()
    }

    /// The threads that wait with a time limit.
    pub(crate) fn time_limits(&self) -> usize {
        let limited = |thread: &&Thread| thread.pending.as_ref().is_some_and(|pending| pending.deadline.is_some());
        self.threads.iter().filter(limited).count()
    }

    /// Whether threads other than the current one are left.
    pub(crate) fn others_left(&self) -> bool {
        (self.threads.iter().enumerate()).any(|(id, thread)| id != usize::from(self.current) && !thread.finished)
    }

    /// The current thread's function has returned, or ended with a panic whose message is given.
    pub(crate) fn returns(&mut self, panic: Option<String>) {
        if !self.active {
            return;
        }
        self.progresses();
        let me = usize::from(self.current);
        match panic {
            Some(message) => self.panicked(message),
            None => self.record(Op::Exit, None, None, |_| {}),
        }
        self.threads[me].returned = true;
    }

    /// The current thread's thread-locals are gone.
    pub(crate) fn finishes(&mut self) {
        if self.active {
            self.progresses();
            self.threads[usize::from(self.current)].finished = true;
        }
    }

    pub(crate) fn token(&self, thread: ThreadId) -> bool {
        self.threads.get(usize::from(thread)).is_some_and(|thread| thread.token)
    }

    pub(crate) fn set_token(&mut self, thread: ThreadId, token: bool) {
        if let Some(found) = self.threads.get_mut(usize::from(thread)) {
            let before = std::mem::replace(&mut found.token, token);
            self.changes(ObjectId::from(thread), parts::TOKEN, u64::from(before), u64::from(token));
        }
    }
}

/// The parts of objects, for [`Kernel::changes`].
pub(crate) mod parts {
    /// The value of an atomic, or behind a lock.
    pub(crate) const VALUE: u8 = 0;
    /// Who holds a lock: 0 nobody, 1 a writer, 2 and up the readers.
    pub(crate) const HOLDERS: u8 = 1;
    /// Whether it is poisoned.
    pub(crate) const POISON: u8 = 2;
    /// The phase of an initialisation.
    pub(crate) const PHASE: u8 = 3;
    /// The token of the thread with this number.
    pub(crate) const TOKEN: u8 = 4;
}

fn id(thread: usize) -> ThreadId {
    ThreadId::try_from(thread).expect("an execution has fewer than 65,536 threads")
}

/// The cause of a wake-up, as it is logged.
pub(crate) fn cause(turn: Turn) -> Cause {
    match turn {
        Turn::Go | Turn::Queue | Turn::Pick(_) => Cause::Notified,
        Turn::Timeout => Cause::Timeout,
        Turn::Spurious => Cause::Spurious,
    }
}
