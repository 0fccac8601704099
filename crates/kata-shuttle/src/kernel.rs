//! The state of one execution, and the one place where threads are chosen.
//!
//! shuttle supplies coroutines and asks its [`Scheduler`](shuttle::scheduler::Scheduler) who runs next. The primitives
//! of this world do not block in shuttle's sense. A thread *announces* its next operation with a condition under which
//! it can proceed ([`step`]) and is chosen only when the condition holds. So every operation is one scheduling point,
//! nobody wakes up to find that it must wait again, what each thread is about to do is known at every moment, and a
//! deadlock is the absence of a choice.

use std::cell::RefCell;
use std::panic::Location;
use std::time::Duration;

use kata::{Entry, Failure, Log, Scalar, arena};
use kata_trace::{Cause, ObjectId, ObjectKind, Op, ThreadId, Verdict};

use crate::choice::{Choice, Turn, write_token};
use crate::fairness::{self, Fairness};
use crate::search::Search;

/// Wake-ups for no reason, and failures for no reason, in one execution. One is enough to tell `if` from `while`; more
/// would make every waiting loop endless.
const SPURIOUS: u32 = 1;

/// How often a thread may offer its turn, or look again, before somebody else must run. A loop that gives up after fewer
/// attempts is explored to its end; one that would go on is waiting, and fairness takes over.
const PATIENCE: u32 = 12;

/// What std's `thread::scope` panics with when a thread of the scope did.
pub(crate) const SCOPED_PANIC: &str = "a scoped thread panicked";

/// What virtual time costs: an operation, and a turn given away.
const TICK: Duration = Duration::from_micros(1);
const YIELD: Duration = Duration::from_millis(10);

pub(crate) type Place = &'static Location<'static>;

/// Under which condition a thread can proceed.
pub(crate) type Ready<'a> = dyn Fn(&Kernel) -> bool + 'a;

/// What a thread is about to do.
pub(crate) struct Step<'a> {
    pub(crate) op: Op,
    pub(crate) object: Option<ObjectId>,
    pub(crate) peer: Option<ThreadId>,
    pub(crate) at: Place,
    /// `None`: always.
    pub(crate) ready: Option<&'a Ready<'a>>,
    /// The moment at which it gives up waiting.
    pub(crate) deadline: Option<Duration>,
    /// It may proceed for no reason.
    pub(crate) spurious: bool,
}

impl<'a> Step<'a> {
    pub(crate) fn new(op: Op, object: ObjectId, at: Place) -> Self {
        Step { op, object: Some(object), peer: None, at, ready: None, deadline: None, spurious: false }
    }

    pub(crate) fn when(mut self, ready: &'a Ready<'a>) -> Self {
        self.ready = Some(ready);
        self
    }

    pub(crate) fn until(mut self, deadline: Option<Duration>) -> Self {
        self.deadline = deadline;
        self
    }
}

struct Pending {
    op: Op,
    object: Option<ObjectId>,
    peer: Option<ThreadId>,
    at: Place,
    /// Points into the stack of the thread, which does not move on while this is here.
    ready: Option<*const Ready<'static>>,
    deadline: Option<Duration>,
    spurious: bool,
    /// Tells this announcement from the thread's next one.
    serial: u64,
    /// The writer's announcement that this reader has queued behind.
    behind: Option<(ThreadId, u64)>,
    logged: bool,
}

/// A panic that reached the bottom of a thread.
#[derive(Clone, Debug)]
pub(crate) struct Panic {
    pub(crate) message: String,
    pub(crate) at: Option<kata_trace::Location>,
}

/// What a thread gave away with its last step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Offer {
    /// Nothing: running somebody else is a preemption.
    #[default]
    Nothing,
    /// It waits by looking again and again. Fairness treats that as a yield; running somebody else is still a
    /// preemption, until fairness forces it.
    Spin,
    /// Its turn.
    Turn,
}

#[derive(Default)]
struct Thread {
    pending: Option<Pending>,
    turn: Option<Turn>,
    finished: bool,
    /// What its last step gave away.
    offer: Offer,
    /// Offers since anybody else ran.
    offers: u32,
    /// Observations since anybody else ran, for [`Kernel::observed`].
    seen: Vec<(usize, ObjectId, Scalar)>,
    /// The token of `park`.
    token: bool,
    panic: Option<Panic>,
    /// Somebody joined it and was told of the panic.
    panic_told: bool,
}

/// Everything about the execution that is running.
#[derive(Default)]
pub(crate) struct Kernel {
    active: bool,
    epoch: u32,
    executions: u64,
    pub(crate) log: Log,
    silent: bool,
    threads: Vec<Thread>,
    current: ThreadId,
    clock: Duration,
    steps: u64,
    max_steps: u64,
    max_output: usize,
    output: usize,
    serial: u64,
    spurious_left: u32,
    fairness: Fairness,
    schedule: String,
    cost: u32,
    preempted: bool,
    decided: Option<Option<ThreadId>>,
    /// shuttle asks who runs next before it starts a thread: nothing is decided there.
    spawning: bool,
    choices: Vec<Choice>,
    ready: Vec<ThreadId>,
    all: Vec<ThreadId>,
    search: Option<Box<dyn Search>>,
    failure: Option<Failure>,
    last_panic: Option<Panic>,
    unwinding: Option<ThreadId>,
    /// Somebody looks at locks without waiting for them: releases have become visible.
    tries: bool,
    restart: bool,
    /// Tasks of an asynchronous runtime exist, which only shuttle knows.
    foreign: bool,
}

thread_local! {
    static KERNEL: RefCell<Kernel> = RefCell::default();
}

/// Looks at the kernel. Conditions of waiting threads run while it is borrowed: they get it as an argument.
pub(crate) fn with<R>(f: impl FnOnce(&mut Kernel) -> R) -> R {
    outside(|| KERNEL.with_borrow_mut(f))
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
    KERNEL.try_with(|kernel| kernel.try_borrow_mut().ok().map(|mut kernel| f(&mut kernel))).ok().flatten()
}

/// Takes a scheduling point before an operation and returns when the thread may carry it out.
pub(crate) fn step(step: Step<'_>) -> Turn {
    let decided = with(|kernel| kernel.announce(&step));
    if let Some(turn) = decided {
        return turn;
    }
    outside(shuttle::thread::yield_now);
    with(Kernel::resume)
}

/// Ends the execution with a failure; the calling thread never runs again.
pub(crate) fn fail(failure: Failure) -> ! {
    with(|kernel| kernel.set_failure(failure));
    loop {
        shuttle::thread::yield_now();
    }
}

impl Kernel {
    // ---- what primitives use ----

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

    /// Time passes while the current thread sleeps.
    pub(crate) fn sleep(&mut self, duration: Duration) {
        self.clock = self.clock.saturating_add(duration);
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

    /// The current thread has looked at `object` and seen `value`. Seeing the same at the same place twice while
    /// nobody else ran is waiting: the thread is treated as if it had yielded, so that loops without a yield end too.
    pub(crate) fn observed(&mut self, object: ObjectId, at: Place, value: Scalar) {
        let me = usize::from(self.current);
        let Some(thread) = self.threads.get_mut(me) else { return };
        let observation = (std::ptr::from_ref(at).addr(), object, value);
        if thread.seen.contains(&observation) {
            thread.offer = Offer::Spin;
            self.clock += YIELD;
        } else {
            thread.seen.push(observation);
        }
    }

    /// The current thread has offered its turn.
    pub(crate) fn yielded(&mut self) {
        self.clock += YIELD;
        if let Some(thread) = self.threads.get_mut(usize::from(self.current)) {
            thread.offer = Offer::Turn;
            // A loop that yields waits there, not where it looks, where it may hold a lock.
            thread.seen.clear();
        }
    }

    /// Somebody asks for the state of a lock or a channel without waiting: from now on releases are scheduling
    /// points, and the search starts again with them.
    pub(crate) fn look(&mut self) {
        if !self.tries {
            self.tries = true;
            self.restart = true;
        }
    }

    /// Whether releases are scheduling points. They need not be while everybody waits: an acquisition that
    /// waits has the same outcome whether it is announced before or after the release.
    pub(crate) fn releases_show(&self) -> bool {
        self.tries && self.active && !std::thread::panicking()
    }

    pub(crate) fn add_thread(&mut self, name: Option<&str>, at: Place) -> ThreadId {
        let thread = self.log.add_thread(name, Some(at));
        self.threads.push(Thread::default());
        self.record(Op::Spawn, None, at, |entry| entry.peer = Some(thread));
        self.spawning = true;
        thread
    }

    pub(crate) fn finished(&self, thread: ThreadId) -> bool {
        self.threads.get(usize::from(thread)).is_none_or(|thread| thread.finished)
    }

    /// The current thread's function is over.
    pub(crate) fn finish(&mut self, panicked: bool) {
        let me = usize::from(self.current);
        if panicked {
            self.threads[me].panic = self.last_panic.take();
            self.unwinding = None;
        } else if !self.silent {
            let mut entry = Entry::new(self.current, Op::Exit, None);
            entry.preemption = std::mem::take(&mut self.preempted);
            self.log.push(entry);
        }
        self.threads[me].finished = true;
    }

    /// Somebody was told of the thread's panic: what follows is the program's own doing.
    pub(crate) fn tell_panic(&mut self, thread: ThreadId) {
        self.threads[usize::from(thread)].panic_told = true;
    }

    pub(crate) fn token(&self, thread: ThreadId) -> bool {
        self.threads.get(usize::from(thread)).is_some_and(|thread| thread.token)
    }

    pub(crate) fn set_token(&mut self, thread: ThreadId, token: bool) {
        if let Some(thread) = self.threads.get_mut(usize::from(thread)) {
            thread.token = token;
        }
    }

    /// Records what the program prints. The failure is that it prints too much.
    pub(crate) fn print(&mut self, text: &str, at: Place) -> Result<(), Failure> {
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

    // ---- panics ----

    /// A panic begins. `true` if the thread was unwinding already, so that the process is about to abort.
    pub(crate) fn panic_begins(&mut self, message: String, at: Option<kata_trace::Location>) -> bool {
        let twice = self.unwinding == Some(self.current);
        self.unwinding = Some(self.current);
        let entry = Entry { text: Some(message.as_str().into()), ..Entry::new(self.current, Op::Panic, None) };
        if !self.silent {
            match at.clone() {
                Some(at) => self.log.push_at(entry, at),
                None => self.log.push(entry),
            };
        }
        if !twice {
            self.last_panic = Some(Panic { message, at });
        }
        twice
    }

    /// A panic was caught.
    pub(crate) fn panic_ends(&mut self) {
        self.unwinding = None;
    }

    /// The scenario itself panicked: the verdict.
    pub(crate) fn scenario_panicked(&mut self) {
        let Some(own) = self.threads[0].panic.clone() else { return };
        // `join().unwrap()` in a hidden test passes a thread's panic on: the thread's own is the news.
        let joined = in_hidden_test(own.at.as_ref()) && own.message.contains("`Err` value: Any");
        let passed_on = joined || own.message == SCOPED_PANIC;
        let first = self.threads[1..].iter().find_map(|thread| thread.panic.clone());
        let panic = if passed_on { first.unwrap_or(own) } else { own };
        self.set_failure(panic_failure(panic));
    }

    /// Whether a thread panicked and nobody was told.
    pub(crate) fn untold(&self, thread: ThreadId) -> bool {
        let thread = &self.threads[usize::from(thread)];
        thread.panic.is_some() && !thread.panic_told
    }

    /// A panic of a thread that nobody was told of.
    fn untold_panic(&self) -> Option<Failure> {
        let untold = |thread: &&Thread| thread.panic.is_some() && !thread.panic_told;
        self.threads.iter().find(untold).and_then(|thread| thread.panic.clone()).map(panic_failure)
    }

    pub(crate) fn set_failure(&mut self, failure: Failure) {
        self.failure.get_or_insert(failure);
    }

    // ---- choosing ----

    /// `Some` when the thread proceeds at once; `None` when it must hand over to [`Kernel::next`].
    fn announce(&mut self, step: &Step<'_>) -> Option<Turn> {
        if !self.active {
            return Some(Turn::Go);
        }
        kata::harness::seen_at(step.at);
        let ready = step.ready.is_none_or(|ready| ready(self));
        if ready && std::thread::panicking() {
            // The panic count belongs to the operating-system thread: nobody else runs while one unwinds, unless
            // the unwinding waits for them.
            return Some(Turn::Go);
        }
        self.clock += TICK;
        self.serial += 1;
        let me = usize::from(self.current);
        // SAFETY: only the lifetime is changed. The pointer is used while the announcement stands, which is while
        // this thread is inside `step`, below whose frame the closure lives.
        #[allow(unsafe_code, reason = "the condition lives on the stack of the thread that waits for it")]
        let condition = step
            .ready
            .map(|ready| unsafe { std::mem::transmute::<&Ready<'_>, &Ready<'static>>(ready) } as *const Ready<'static>);
        self.threads[me].pending = Some(Pending {
            op: step.op,
            object: step.object,
            peer: step.peer,
            at: step.at,
            ready: condition,
            deadline: step.deadline,
            spurious: step.spurious,
            serial: self.serial,
            behind: None,
            logged: false,
        });
        if !ready {
            self.log_blocked(me);
        }
        if self.foreign {
            return None;
        }
        let mut all = std::mem::take(&mut self.all);
        all.clear();
        all.extend((0..self.threads.len()).filter(|&id| !self.threads[id].finished).map(id));
        let next = self.decide(&all);
        self.all = all;
        if next == Some(self.current) && usize::from(self.current) == me {
            return Some(self.resume());
        }
        self.decided = Some(next);
        None
    }

    fn resume(&mut self) -> Turn {
        let thread = &mut self.threads[usize::from(self.current)];
        thread.pending = None;
        thread.turn.take().unwrap_or(Turn::Go)
    }

    /// shuttle asks who runs next. `None` ends the execution.
    pub(crate) fn next(&mut self, runnable: impl Iterator<Item = usize>) -> Option<usize> {
        if std::mem::take(&mut self.spawning) {
            return Some(usize::from(self.current));
        }
        if let Some(decided) = self.decided.take() {
            return decided.map(usize::from);
        }
        let mut all = std::mem::take(&mut self.all);
        all.clear();
        for task in runnable {
            while self.threads.len() <= task {
                self.foreign = true;
                self.log.add_thread(None, None);
                self.threads.push(Thread::default());
            }
            all.push(id(task));
        }
        let next = self.decide(&all);
        self.all = all;
        next.map(usize::from)
    }

    fn is_ready(&self, thread: ThreadId) -> bool {
        let Some(pending) = &self.threads[usize::from(thread)].pending else { return true };
        if let Some((writer, serial)) = pending.behind
            && self.announcement(writer) == Some(serial)
        {
            return false;
        }
        // SAFETY: the thread is inside `step`, so that the closure is alive (see `announce`).
        #[allow(unsafe_code, reason = "see `announce`")]
        pending.ready.is_none_or(|ready| unsafe { &*ready }(self))
    }

    fn announcement(&self, thread: ThreadId) -> Option<u64> {
        self.threads[usize::from(thread)].pending.as_ref().map(|pending| pending.serial)
    }

    /// The thread that runs next, out of `runnable`.
    fn decide(&mut self, runnable: &[ThreadId]) -> Option<ThreadId> {
        if self.failure.is_some() {
            return None;
        }
        self.steps += 1;
        if self.steps > self.max_steps {
            let endless = Failure {
                verdict: Verdict::Livelock,
                kind: None,
                message: format!("{} steps and no end: the threads keep running without progress", self.max_steps),
                at: None,
            };
            let kept_apart = runnable.iter().find_map(|&thread| self.meeting_of(thread));
            self.set_failure(kept_apart.unwrap_or(endless));
            return None;
        }
        let last = usize::from(self.current);
        let offer = std::mem::take(&mut self.threads[last].offer);
        if offer != Offer::Nothing {
            self.threads[last].offers += 1;
        }
        let offers = self.threads[last].offers;
        let counted = offer != Offer::Nothing && (offers == 1 || offers >= PATIENCE);
        // Between the first offer and the last one nothing has changed: running somebody else in between leads
        // nowhere that running them at the first one does not.
        let alone = offers < PATIENCE && (offer == Offer::Spin || (offer == Offer::Turn && offers > 1));
        let yielded = offer == Offer::Turn;
        let mut first = true;
        loop {
            let mut ready = std::mem::take(&mut self.ready);
            ready.clear();
            ready.extend(runnable.iter().copied().filter(|&thread| self.is_ready(thread)));
            let mut enabled = 0;
            for &thread in &ready {
                fairness::insert(&mut enabled, usize::from(thread));
            }
            if std::mem::take(&mut first) {
                self.fairness.after_step(last, counted, enabled, self.threads.len());
            }
            let mut choices = std::mem::take(&mut self.choices);
            if alone && ready.contains(&self.current) && self.fairness.may_run(last, enabled) {
                choices.clear();
                choices.push(Choice { thread: self.current, turn: Turn::Go, cost: 0 });
            } else {
                self.collect(runnable, &ready, enabled, yielded, &mut choices);
            }
            self.ready = ready;
            let chosen = self.choose(&choices);
            let continues =
                choices.first().is_some_and(|c| usize::from(c.thread) == last && c.turn == Turn::Go) && !yielded;
            self.choices = choices;
            let choice = match chosen {
                Chosen::One(choice) => choice,
                Chosen::Nothing => {
                    self.stuck(runnable);
                    return None;
                }
                Chosen::Abandon => return None,
            };
            write_token(&mut self.schedule, choice.thread, choice.turn);
            self.cost += choice.cost;
            let thread = usize::from(choice.thread);
            match choice.turn {
                Turn::Go => {}
                Turn::Spurious => self.spurious_left -= 1,
                Turn::Timeout => {
                    let deadline = self.threads[thread].pending.as_ref().and_then(|pending| pending.deadline);
                    self.clock = self.clock.max(deadline.unwrap_or_default());
                }
                Turn::Queue => {
                    self.queue(choice.thread);
                    continue;
                }
            }
            if thread != last {
                for other in &mut self.threads {
                    other.seen.clear();
                    other.offers = 0;
                }
                self.preempted = continues;
            }
            self.threads[thread].turn = Some(choice.turn);
            self.current = choice.thread;
            return Some(choice.thread);
        }
    }

    /// Every choice there is, the one that adds nothing first.
    fn collect(
        &self,
        runnable: &[ThreadId],
        ready: &[ThreadId],
        enabled: u64,
        yielded: bool,
        choices: &mut Vec<Choice>,
    ) {
        choices.clear();
        let last = self.current;
        let has_turn = |thread: ThreadId| self.fairness.may_run(usize::from(thread), enabled);
        let goes_on = ready.contains(&last) && has_turn(last);
        let go = |thread, cost| Choice { thread, turn: Turn::Go, cost };
        if goes_on && !yielded {
            choices.push(go(last, 0));
        }
        let cost = u32::from(goes_on && !yielded);
        let after = ready.iter().copied().filter(|&thread| thread > last);
        let before = ready.iter().copied().filter(|&thread| thread < last);
        choices.extend(after.chain(before).filter(|&thread| has_turn(thread)).map(|thread| go(thread, cost)));
        if goes_on && yielded {
            choices.push(go(last, 0));
        }
        let pending = |thread: ThreadId| self.threads[usize::from(thread)].pending.as_ref();
        // The earliest time limit passes by itself when nothing else can happen; otherwise it is like a preemption.
        let first_limit = choices.len();
        for &thread in runnable {
            if !ready.contains(&thread) && pending(thread).is_some_and(|pending| pending.deadline.is_some()) {
                choices.push(Choice { thread, turn: Turn::Timeout, cost: 1 });
            }
        }
        choices[first_limit..].sort_by_key(|choice| pending(choice.thread).and_then(|pending| pending.deadline));
        if first_limit == 0
            && let Some(first) = choices.first_mut()
        {
            first.cost = 0;
        }
        if choices.is_empty() {
            return;
        }
        for &thread in runnable {
            let Some(announced) = pending(thread) else { continue };
            if announced.spurious && self.spurious_left > 0 {
                choices.push(Choice { thread, turn: Turn::Spurious, cost: 1 });
            }
            if announced.op == Op::ReadLock && announced.behind.is_none() && self.waiting_writer(announced).is_some() {
                choices.push(Choice { thread, turn: Turn::Queue, cost: 1 });
            }
        }
    }

    /// A writer that waits for the lock that `reader` asks for.
    fn waiting_writer(&self, reader: &Pending) -> Option<(ThreadId, u64)> {
        (0..self.threads.len()).find_map(|other| {
            let pending = self.threads[other].pending.as_ref()?;
            let waits = pending.op == Op::WriteLock && pending.object == reader.object && !self.is_ready(id(other));
            waits.then_some((id(other), pending.serial))
        })
    }

    fn queue(&mut self, reader: ThreadId) {
        let writer = self.threads[usize::from(reader)].pending.as_ref().and_then(|p| self.waiting_writer(p));
        if let Some(pending) = &mut self.threads[usize::from(reader)].pending {
            pending.behind = writer;
        }
        self.log_blocked(usize::from(reader));
    }

    fn choose(&mut self, choices: &[Choice]) -> Chosen {
        let search = self.search.as_mut().expect("an execution belongs to a search");
        match choices {
            [] => Chosen::Nothing,
            [only] => {
                search.forced(*only);
                Chosen::One(*only)
            }
            _ => search.choose(choices).map_or(Chosen::Abandon, |index| Chosen::One(choices[index])),
        }
    }

    /// Nobody can go on.
    fn stuck(&mut self, runnable: &[ThreadId]) {
        for &thread in runnable {
            self.log_blocked(usize::from(thread));
        }
        let stuck: Vec<&Pending> =
            runnable.iter().filter_map(|&thread| self.threads[usize::from(thread)].pending.as_ref()).collect();
        let failure = if let Some(failure) = self.untold_panic() {
            failure
        } else if let Some(kept_apart) = runnable.iter().find_map(|&thread| self.meeting_of(thread)) {
            kept_apart
        } else {
            Failure {
                verdict: Verdict::Deadlock,
                kind: None,
                message: match stuck.len() {
                    1 => "a thread waits for ever".to_owned(),
                    n => format!("{n} threads wait for ever"),
                },
                at: stuck.last().map(|pending| pending.at.into()),
            }
        };
        self.set_failure(failure);
    }

    /// The failure of a thread that waits at a rendezvous to which nobody will come.
    fn meeting_of(&self, thread: ThreadId) -> Option<Failure> {
        let arrived = self.threads[usize::from(thread)].pending.as_ref().filter(|pending| pending.op == Op::Arrive)?;
        (!self.is_ready(thread)).then(|| Failure {
            verdict: Verdict::NotConcurrent,
            kind: None,
            message: "work that must be able to overlap does not".to_owned(),
            at: Some(arrived.at.into()),
        })
    }

    /// Logs once that a thread cannot proceed with what it has announced.
    fn log_blocked(&mut self, thread: usize) {
        let Some(pending) = &mut self.threads[thread].pending else { return };
        if std::mem::replace(&mut pending.logged, true) || self.silent {
            return;
        }
        let mut entry = Entry::new(id(thread), pending.op, Some(pending.at));
        entry.object = pending.object;
        entry.peer = pending.peer;
        entry.blocked = true;
        if thread == usize::from(self.current) {
            entry.preemption = std::mem::take(&mut self.preempted);
        }
        self.log.push(entry);
    }

    // ---- executions ----

    /// Prepares for a search.
    pub(crate) fn enter(&mut self, search: Box<dyn Search>, max_steps: u64, max_output: usize, silent: bool) {
        let (tries, epoch) = (self.tries, self.epoch);
        *self = Kernel { search: Some(search), max_steps, max_output, silent, tries, epoch, ..Kernel::default() };
    }

    /// Begins the next execution. `false` when there is none left.
    pub(crate) fn begin(&mut self, max_executions: u64) -> bool {
        if self.active {
            self.end();
        }
        let search = self.search.as_mut().expect("a search was entered");
        if self.failure.is_some() || self.restart || self.executions >= max_executions || !search.begin() {
            return false;
        }
        kata::harness::count_execution();
        arena::begin_execution();
        self.active = true;
        self.epoch += 1;
        self.executions += 1;
        self.log.clear();
        self.log.add_thread(None, None);
        self.threads.clear();
        self.threads.push(Thread::default());
        self.current = 0;
        self.clock = Duration::ZERO;
        self.steps = 0;
        self.output = 0;
        self.spurious_left = SPURIOUS;
        self.fairness.clear();
        self.schedule.clear();
        self.cost = 0;
        self.preempted = false;
        self.decided = None;
        self.last_panic = None;
        self.unwinding = None;
        true
    }

    fn end(&mut self) {
        self.active = false;
        if self.failure.is_none() {
            self.failure = self.untold_panic();
        }
        if let Some(search) = &mut self.search {
            search.end();
        }
    }

    /// What the search came to.
    pub(crate) fn leave(&mut self) -> Left {
        if self.active {
            self.end();
        }
        let search = self.search.take().expect("a search was entered");
        Left {
            executions: self.executions,
            bound: search.bound(),
            exhaustive: search.exhaustive(),
            restart: std::mem::take(&mut self.restart) && self.failure.is_none(),
            preemptions: self.cost,
            failure: self.failure.take(),
            schedule: self.schedule.clone(),
            search,
        }
    }
}

/// The end of a search.
pub(crate) struct Left {
    pub(crate) executions: u64,
    pub(crate) bound: Option<u32>,
    pub(crate) exhaustive: bool,
    pub(crate) restart: bool,
    pub(crate) failure: Option<Failure>,
    /// The preemptions of the last execution.
    pub(crate) preemptions: u32,
    /// The schedule of the last execution.
    pub(crate) schedule: String,
    pub(crate) search: Box<dyn Search>,
}

enum Chosen {
    One(Choice),
    Nothing,
    Abandon,
}

fn id(thread: usize) -> ThreadId {
    ThreadId::try_from(thread).expect("an execution has fewer than 65,536 threads")
}

/// Whether a place lies in a hidden test rather than in the learner's file.
fn in_hidden_test(at: Option<&kata_trace::Location>) -> bool {
    at.is_some_and(|at| at.file.contains("hidden/"))
}

fn panic_failure(panic: Panic) -> Failure {
    let verdict = if in_hidden_test(panic.at.as_ref()) { Verdict::AssertionFailed } else { Verdict::Panicked };
    Failure { verdict, kind: None, message: panic.message, at: panic.at }
}

/// The cause of a wake-up, as it is logged.
pub(crate) fn cause(turn: Turn) -> Cause {
    match turn {
        Turn::Go | Turn::Queue => Cause::Notified,
        Turn::Timeout => Cause::Timeout,
        Turn::Spurious => Cause::Spurious,
    }
}
