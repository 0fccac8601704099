//! The state of the execution that runs on this operating-system thread.
//!
//! loom runs all threads of a model as coroutines of one operating-system thread and knows nothing of what they do.
//! Here is what the log, the verdicts and the modelled parts of std need beside it. Every call into loom that can hand
//! over to another thread goes through [`switching`], which is how this world knows who runs.

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use kata::{Entry, Log};
use kata_trace::{ObjectId, ObjectKind, Op, ThreadId};

use crate::demand::{self, Demand};
use crate::knowledge::Knowledge;
use crate::point::Point;
use crate::{cell, explore, failure};

pub(crate) type Place = &'static Location<'static>;

/// Threads that loom can model, the scenario's own included.
pub(crate) const MAX_THREADS: usize = loom::MAX_THREADS;

/// What virtual time costs: an operation, and a turn given away.
const TICK: Duration = Duration::from_micros(1);
const YIELD: Duration = Duration::from_millis(10);

/// Times that a thread looks at the same thing in vain before others get their turn. Loops that end earlier are
/// explored like any other code.
const LOOKS: u32 = 4;

/// Where a thread looked, at what, and in which state it found it.
type Observation = (usize, ObjectId, u64);

/// An operation that a thread has reached and not completed.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) op: Op,
    pub(crate) object: Option<ObjectId>,
    pub(crate) peer: Option<ThreadId>,
    pub(crate) at: Place,
    /// The thread sleeps until somebody wakes it.
    pub(crate) parked: bool,
    /// The object ceases to exist. It has no place of its own: `at` is where the object was created.
    pub(crate) frees: bool,
}

impl Pending {
    /// The attempt as it is when nothing comes of it.
    pub(crate) fn blocked(&self, thread: ThreadId) -> Entry {
        let mut entry = Entry::new(thread, self.op, Some(self.at));
        entry.object = self.object;
        entry.peer = self.peer;
        entry.blocked = true;
        entry
    }
}

#[derive(Debug, Default)]
pub(crate) struct Thread {
    name: Option<Box<str>>,
    pub(crate) handle: Option<crate::thread::Thread>,
    pub(crate) pending: Option<Pending>,
    pub(crate) finished: bool,
    yielding: bool,
    /// The thread has offered its turn since anybody else ran.
    offered: bool,
    /// When the thread did something for the last time.
    ran: u32,
    /// The last time that the thread gave way, and the one before that.
    gave_way: [Option<Waiting>; 2],
    /// What the thread saw since it last changed anything, and how often.
    observations: Vec<(Observation, u32)>,
    /// Points passed at which std permits more than one outcome.
    liberties: u32,
    pub(crate) knowledge: Knowledge,
    /// What the thread knew at its last release fence.
    pub(crate) released: Knowledge,
    /// What the thread will know after an acquire fence.
    pub(crate) acquirable: Knowledge,
    /// Values of `thread_local!` statics by the address of the static, in the order of their creation.
    locals: Vec<(usize, Local)>,
}

/// A thread gives way.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    moment: u32,
    /// How often anything had changed.
    changes: u64,
}

#[derive(Debug)]
enum Local {
    Alive(Box<dyn Any>),
    Destroyed,
}

#[derive(Debug)]
struct Object {
    created: Place,
    /// How often it is held, if it is a mutex.
    held: u32,
    /// By whom, if it is a cell or an atomic.
    freed: Option<ThreadId>,
}

/// A sequentially consistent fence.
#[derive(Debug)]
pub(crate) struct Fence {
    pub(crate) thread: ThreadId,
    pub(crate) moment: u32,
    /// What its thread knew.
    pub(crate) knowledge: Knowledge,
}

#[derive(Debug, Default)]
pub(crate) struct Execution {
    pub(crate) log: Log,
    pub(crate) threads: Vec<Thread>,
    running: ThreadId,
    /// The running thread was given the turn although the one before it could have gone on.
    preempted: bool,
    /// By object.
    objects: Vec<Object>,
    /// How often anything has changed.
    changes: u64,
    /// Who goes on is settled, and not explored, until somebody does.
    settled: bool,
    /// What happens at rendezvous.
    meetings: Vec<(ObjectId, Box<str>)>,
    /// Which store (an index of the log) a load (an index of the log) read.
    reads: Vec<(usize, usize)>,
    /// Living `Arc`s in the order of their creation.
    arcs: BTreeMap<u32, Place>,
    /// What belongs to `Arc`s that are raw pointers now, by address.
    raw: Vec<(usize, Box<dyn Any>)>,
    /// Where sequentially consistent fences meet.
    meeting_of_fences: Option<Rc<Point>>,
    /// The sequentially consistent fences so far.
    pub(crate) fences: Vec<Fence>,
    steps: u64,
    max_steps: u64,
    now: u32,
    /// When each entry of the log was made.
    moments: Vec<u32>,
    clock: Duration,
    /// What the last look at the clock took.
    look: Duration,
    output: usize,
    max_output: usize,
}

thread_local! {
    /// It lives as long as the process: otherwise its beginning and its end would be compiled with each program that
    /// looks at it.
    static EXECUTION: &'static RefCell<Execution> = Box::leak(Box::default());
    static OVER: Cell<bool> = const { Cell::new(false) };
}

/// The execution has failed, and this thread explores no more.
pub(crate) fn end() {
    OVER.set(true);
    // What of the program's is kept here must not be dropped, now or when this thread ends.
    with(|e| {
        std::mem::forget(std::mem::take(&mut e.raw));
        e.threads.iter_mut().for_each(|thread| std::mem::forget(std::mem::take(&mut thread.locals)));
    });
}

/// Whether the execution has failed: primitives must not be used any more, and dropping them does nothing.
#[inline]
pub(crate) fn is_over() -> bool {
    OVER.get()
}

/// Looks at the execution. `f` must not call loom, nor code of the program under test.
#[inline]
pub(crate) fn with<R>(f: impl FnOnce(&mut Execution) -> R) -> R {
    outside(|| f(&mut execution().expect("nobody is looking at the execution")))
}

/// The execution, unless somebody is looking at it.
fn execution() -> Option<RefMut<'static, Execution>> {
    EXECUTION.with(|execution| execution.try_borrow_mut().ok())
}

/// Runs a part of the world in the middle of the program, whose memory is told from the world's.
#[inline]
pub(crate) fn outside<R>(f: impl FnOnce() -> R) -> R {
    let inside = kata::arena::enter_program(false);
    let result = f();
    kata::arena::enter_program(inside);
    result
}

/// Begins an execution. The caller is its thread 0.
pub(crate) fn begin(max_steps: u64, max_output: usize) {
    with(|e| {
        e.log.clear();
        e.log.add_thread(None, None);
        e.threads.clear();
        e.running = 0;
        e.preempted = false;
        e.objects.clear();
        e.changes = 0;
        e.settled = false;
        e.meetings.clear();
        e.reads.clear();
        e.arcs.clear();
        e.raw.clear();
        e.fences.clear();
        e.steps = 0;
        e.max_steps = max_steps;
        e.now = 0;
        e.moments.clear();
        e.clock = Duration::ZERO;
        e.look = Duration::ZERO;
        e.output = 0;
        e.max_output = max_output;
    });
    // Now that nothing of the last execution is left.
    kata::arena::begin_execution();
    let handle = crate::thread::Thread::new(0, None);
    let fences = demand::is_met(Demand::SeqCst).then(|| Rc::new(Point::new()));
    with(|e| {
        e.threads.push(Thread { handle: Some(handle), ..Thread::default() });
        e.meeting_of_fences = fences;
    });
}

/// Runs a loom operation that may hand over to other threads before it returns.
#[inline]
pub(crate) fn switching<R>(operation: impl FnOnce() -> R) -> R {
    if is_over() {
        explore::stop();
    }
    let me = with(|e| e.running);
    let result = outside(operation);
    run(me);
    result
}

/// `me` runs now.
pub(crate) fn run(me: ThreadId) {
    let settled = with(|e| {
        if e.running != me {
            e.preempted = e.could_go_on(e.running);
            e.running = me;
            e.me().offered = false;
        }
        std::mem::take(&mut e.settled)
    });
    if settled {
        outside(loom::explore);
    }
}

/// Runs loom operations as one step with the one before them: nobody else runs before or between them.
pub(crate) fn joined<R>(operations: impl FnOnce() -> R) -> R {
    outside(|| {
        loom::stop_exploring();
        let result = operations();
        loom::explore();
        result
    })
}

/// The running thread reaches an operation. Everything that it did to cells before is settled now.
pub(crate) fn attempt(op: Op, object: Option<ObjectId>, peer: Option<ThreadId>, at: Place) {
    if is_over() {
        explore::stop();
    }
    cell::settle();
    kata::harness::seen_at(at);
    let endless = with(|e| {
        e.steps += 1;
        e.clock += TICK;
        e.me().pending = Some(Pending { op, object, peer, at, parked: false, frees: false });
        e.steps > e.max_steps
    });
    if endless {
        failure::endless();
    }
}

/// The running thread completes the operation that it attempted; returns the index of the entry.
pub(crate) fn complete(fill: impl FnOnce(&mut Entry)) -> usize {
    with(|e| {
        let pending = e.me().pending.take().expect("an operation is attempted before it is completed");
        let mut entry = Entry::new(e.running, pending.op, Some(pending.at));
        entry.object = pending.object;
        entry.peer = pending.peer;
        fill(&mut entry);
        e.push(entry)
    })
}

/// Takes back what the running thread attempts: it is completed by other means.
pub(crate) fn postpone() -> Pending {
    with(|e| e.me().pending.take()).expect("an operation is attempted before it is postponed")
}

/// The running thread turns out to have done more than what it completed last.
pub(crate) fn reconsider(op: Op, object: ObjectId, at: Place) {
    with(|e| e.me().pending = Some(Pending { op, object: Some(object), peer: None, at, parked: false, frees: false }));
}

/// The running thread frees an object, which leaves no entry.
pub(crate) fn free(op: Op, object: Option<ObjectId>, created: Place) {
    cell::settle();
    with(|e| {
        e.me().pending = Some(Pending { op, object, peer: None, at: created, parked: false, frees: true });
        if let Some(object) = object {
            e.objects[object as usize].freed = Some(e.running);
        }
    });
}

/// The running thread's attempt leaves no entry.
pub(crate) fn abandon() {
    with(|e| e.me().pending = None);
}

/// The running thread did something that cannot wait and is no scheduling point.
pub(crate) fn record(op: Op, object: Option<ObjectId>, at: Option<Place>, fill: impl FnOnce(&mut Entry)) {
    with(|e| {
        let mut entry = Entry::new(e.running, op, at);
        entry.object = object;
        fill(&mut entry);
        e.push(entry);
    });
}

/// The running thread sleeps until somebody wakes it through `thread`, which is its own handle.
pub(crate) fn park() {
    with(|e| {
        if let Some(pending) = &mut e.me().pending {
            pending.parked = true;
        }
    });
    switching(loom::thread::park);
    with(|e| {
        if let Some(pending) = &mut e.me().pending {
            pending.parked = false;
        }
    });
}

/// The running thread offers its turn, which orders nothing and need not change anything. A thread that offers it again
/// before anybody else has run waits for something: then others run, if any can.
pub(crate) fn offer() {
    let again = with(|e| {
        e.clock += YIELD;
        std::mem::replace(&mut e.me().offered, true)
    });
    if again {
        give_way();
    }
}

/// Others run, if any can.
///
/// Who they are is explored, unless the thread waits in vain: nothing has changed since it last gave way, or somebody
/// who could go on has not run since it did so twice. Then whoever gave way least often goes on. Otherwise two threads
/// that wait for a third one could pass the turn to each other for ever, which no machine does.
fn give_way() {
    let in_vain = with(|e| {
        let now = Waiting { moment: e.now, changes: e.changes };
        let me = e.me();
        me.yielding = true;
        me.observations.clear();
        let [last, before] = me.gave_way;
        me.gave_way = [Some(now), last];
        last.is_some_and(|last| last.changes == now.changes)
            || before.is_some_and(|before| e.anybody_waits(before.moment))
    });
    if in_vain {
        with(|e| e.settled = true);
        outside(loom::stop_exploring);
    }
    switching(loom::thread::yield_now);
    with(|e| e.me().yielding = false);
}

/// The running thread has looked at `object` and found it in `state`. Finding the same at the same place again and
/// again without having changed anything is waiting: others then run, if any can, so that loops without a yield end too.
pub(crate) fn observed(object: ObjectId, at: Place, state: u64) {
    let waiting = with(|e| {
        let observation = (std::ptr::from_ref(at).addr(), object, state);
        let seen = &mut e.me().observations;
        match seen.iter_mut().find(|(seen, _)| *seen == observation) {
            Some((_, times)) => {
                *times += 1;
                *times >= LOOKS
            }
            None => {
                seen.push((observation, 1));
                false
            }
        }
    });
    if waiting {
        give_way();
    }
}

/// Whether nobody is looking at the execution.
pub(crate) fn is_free() -> bool {
    execution().is_some()
}

/// A scheduling point that has nothing to do with anything.
pub(crate) fn turn() {
    let thread = with(|e| e.me().handle.clone()).expect("a thread has a handle from its start");
    thread.turn();
}

/// The number of the running thread.
pub(crate) fn me() -> ThreadId {
    with(|e| e.running)
}

impl Execution {
    pub(crate) fn me(&mut self) -> &mut Thread {
        &mut self.threads[usize::from(self.running)]
    }

    pub(crate) fn running(&self) -> ThreadId {
        self.running
    }

    pub(crate) fn push(&mut self, mut entry: Entry) -> usize {
        entry.preemption = std::mem::take(&mut self.preempted);
        if changes(&entry) {
            self.me().observations.clear();
            self.changes += 1;
        }
        let moment = self.next_moment();
        self.me().ran = moment;
        self.moments.push(moment);
        self.log.push(entry)
    }

    /// What the running thread knows.
    pub(crate) fn knowledge(&mut self) -> Knowledge {
        let (me, now) = (self.running, self.now);
        let knowledge = &mut self.me().knowledge;
        knowledge.learn_all_of(me, now);
        *knowledge
    }

    /// Whether the running thread knows what an entry of the log says.
    pub(crate) fn knows_entry(&mut self, index: usize) -> bool {
        let knowledge = self.knowledge();
        let moment = self.moments.get(index).copied().unwrap_or(0);
        knowledge.covers(self.log.entries()[index].thread, moment)
    }

    fn could_go_on(&self, thread: ThreadId) -> bool {
        let thread = &self.threads[usize::from(thread)];
        !thread.finished && !thread.yielding && thread.pending.as_ref().is_none_or(|pending| !self.is_blocked(pending))
    }

    /// Whether somebody could go on and has not run since then.
    fn anybody_waits(&self, since: u32) -> bool {
        (0..self.threads.len())
            .any(|id| self.threads[id].ran < since && ThreadId::try_from(id).is_ok_and(|id| self.could_go_on(id)))
    }

    /// Whether the execution was given up because it did not end.
    pub(crate) fn is_endless(&self) -> bool {
        self.steps > self.max_steps
    }

    /// Where threads are that can do nothing.
    pub(crate) fn stuck(&self) -> Vec<Entry> {
        let threads = (0..).zip(&self.threads).filter(|(_, thread)| !thread.finished);
        let pending = threads.filter_map(|(id, thread)| Some((id, thread.pending.as_ref()?)));
        pending.filter(|(_, pending)| self.is_blocked(pending)).map(|(id, pending)| pending.blocked(id)).collect()
    }

    /// Whether an attempt could not be completed now.
    pub(crate) fn is_blocked(&self, pending: &Pending) -> bool {
        pending.parked
            || match (pending.op, pending.object, pending.peer) {
                (Op::Lock, Some(object), _) => self.objects[object as usize].held > 0,
                (Op::Join, _, Some(peer)) => !self.threads[usize::from(peer)].finished,
                _ => false,
            }
    }

    pub(crate) fn add_thread(&mut self, name: Option<&str>, at: Place) -> ThreadId {
        let knowledge = self.knowledge();
        self.threads.push(Thread { name: name.map(Into::into), knowledge, ..Thread::default() });
        self.log.add_thread(name, Some(at))
    }

    pub(crate) fn add_object(&mut self, kind: ObjectKind, created: Place, address: usize) -> ObjectId {
        self.objects.push(Object { created, held: 0, freed: None });
        self.log.add_object(kind, Some(created), address)
    }

    /// Where an object was created.
    pub(crate) fn created(&self, object: ObjectId) -> Place {
        self.objects[object as usize].created
    }

    /// Who freed an object.
    pub(crate) fn freed(&self, object: ObjectId) -> Option<ThreadId> {
        self.objects[object as usize].freed
    }

    /// The name of a thread, as the log shows it.
    pub(crate) fn thread_name(&self, thread: ThreadId) -> String {
        match &self.threads[usize::from(thread)].name {
            Some(name) => name.to_string(),
            None if thread == 0 => "main".to_owned(),
            None => format!("t{thread}"),
        }
    }

    pub(crate) fn add_meeting(&mut self, object: ObjectId, what: &str) {
        self.log.set_label(object, what);
        self.meetings.push((object, what.into()));
    }

    /// What happens at a rendezvous.
    pub(crate) fn meeting(&self, object: ObjectId) -> Option<&str> {
        self.meetings.iter().find(|(id, _)| *id == object).map(|(_, what)| &**what)
    }

    /// A mutex is locked now.
    pub(crate) fn acquired(&mut self, object: ObjectId) {
        self.objects[object as usize].held += 1;
    }

    /// A mutex is free now.
    pub(crate) fn released(&mut self, object: ObjectId) {
        self.objects[object as usize].held -= 1;
    }

    pub(crate) fn add_read(&mut self, load: usize, store: usize) {
        self.reads.push((load, store));
    }

    pub(crate) fn reads(&self) -> &[(usize, usize)] {
        &self.reads
    }

    /// Time in steps, for what is ordered within an execution. From 1.
    pub(crate) fn next_moment(&mut self) -> u32 {
        self.now += 1;
        self.now
    }

    pub(crate) fn next_liberty(&mut self) -> (ThreadId, u32) {
        let me = self.running;
        let liberties = &mut self.me().liberties;
        *liberties += 1;
        (me, *liberties)
    }

    pub(crate) fn meeting_of_fences(&self) -> Option<Rc<Point>> {
        self.meeting_of_fences.clone()
    }

    pub(crate) fn add_arc(&mut self, created: Place) -> u32 {
        let serial = self.next_moment();
        self.arcs.insert(serial, created);
        serial
    }

    pub(crate) fn remove_arc(&mut self, serial: u32) {
        self.arcs.remove(&serial);
    }

    /// Keeps what belongs to an `Arc` that has become a raw pointer.
    pub(crate) fn keep_raw(&mut self, address: usize, belongings: Box<dyn Any>) {
        self.raw.push((address, belongings));
    }

    pub(crate) fn take_raw(&mut self, address: usize) -> Option<Box<dyn Any>> {
        let index = self.raw.iter().rposition(|(kept, _)| *kept == address)?;
        Some(self.raw.remove(index).1)
    }

    /// Where the living `Arc`s were created.
    pub(crate) fn arcs(&self) -> impl Iterator<Item = Place> {
        self.arcs.values().copied()
    }

    pub(crate) fn max_steps(&self) -> u64 {
        self.max_steps
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock
    }

    /// The time. Loops that wait for a moment come to it in few steps: each look takes twice as long as the last.
    pub(crate) fn look_at_clock(&mut self) -> Duration {
        let now = self.clock;
        self.look = (self.look * 2).clamp(TICK, YIELD);
        self.clock = self.clock.saturating_add(self.look);
        now
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, duration: Duration) {
        self.clock = self.clock.saturating_add(duration);
    }

    /// Counts what the program prints. The limit, in bytes, if it is exceeded.
    pub(crate) fn print(&mut self, bytes: usize) -> Option<usize> {
        self.output += bytes;
        (self.output > self.max_output).then_some(self.max_output)
    }
}

/// Whether others can tell that the operation took place.
fn changes(entry: &Entry) -> bool {
    match entry.op {
        Op::Load | Op::InitWait | Op::Yield | Op::Print | Op::CellRead | Op::Fence => false,
        Op::CompareExchange | Op::TryLock | Op::TryReadLock | Op::TryWriteLock | Op::TryRecv | Op::TrySend => {
            entry.ok == Some(true)
        }
        Op::ReadModifyWrite => entry.before != entry.after,
        _ => true,
    }
}

/// A `thread_local!` value of the running thread.
pub(crate) enum LocalState {
    /// At this address, until the thread ends.
    At(*const ()),
    Missing,
    Destroyed,
}

/// Looks up a `thread_local!` value of the running thread.
pub(crate) fn local<T: 'static>(key: usize) -> LocalState {
    with(|e| match e.me().locals.iter().find(|(k, _)| *k == key) {
        None => LocalState::Missing,
        Some((_, Local::Destroyed)) => LocalState::Destroyed,
        Some((_, Local::Alive(value))) => {
            let value: &T = value.downcast_ref().expect("a key has one type");
            LocalState::At(std::ptr::from_ref(value).cast())
        }
    })
}

/// Sets a `thread_local!` value of the running thread.
pub(crate) fn set_local<T: 'static>(key: usize, value: T) {
    with(|e| e.me().locals.push((key, Local::Alive(Box::new(value)))));
}

/// Destroys the `thread_local!` values of the running thread, those that this creates included.
pub(crate) fn drop_locals() {
    loop {
        let value = with(|e| {
            let alive = e.me().locals.iter_mut().find(|(_, local)| matches!(local, Local::Alive(_)));
            alive.map(|(_, local)| std::mem::replace(local, Local::Destroyed))
        });
        // The value's own `drop` runs outside of the borrow: it may use primitives, and other keys.
        let Some(value) = value else { break };
        drop(value);
    }
}
