//! What a runtime consists of.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use kata_shuttle::task::{self, Carrier, LocksTaken, Manner, Reason};
use kata_trace::Op;

use super::Handle;
use super::handle::RuntimeFlavor;
use crate::context::{self, Frame};
use crate::coroutine::{Shared, coroutine_safe};
use crate::driver::{Clock, Driver};
use crate::executor::{Executor, TURNS};
use crate::task::Id;
use crate::task::job::{Job, Place};

/// tokio's default.
const MAX_BLOCKING: usize = 512;

/// What a runtime is built with.
#[derive(Clone, Debug)]
pub(super) struct Options {
    pub(super) flavor: RuntimeFlavor,
    pub(super) workers: usize,
    pub(super) max_blocking: usize,
    pub(super) time: bool,
    pub(super) paused: bool,
    /// How many tasks are polled before timers and the root are looked after.
    pub(super) event_interval: usize,
}

impl Options {
    pub(super) fn new(flavor: RuntimeFlavor) -> Self {
        Options { flavor, workers: 1, max_blocking: MAX_BLOCKING, time: false, paused: false, event_interval: TURNS }
    }
}

/// A runtime.
pub(crate) struct Scheduler {
    options: Options,
    number: u32,
    clock: Shared<Clock>,
    /// The one thread of a `current_thread` runtime.
    executor: Option<Shared<Executor>>,
    /// The timers of that thread.
    driver: Shared<Driver>,
    /// Somebody blocks on a `current_thread` runtime and polls its tasks.
    driven: Cell<bool>,
    /// Which workers are polling.
    workers: RefCell<Vec<bool>>,
    /// How many of them block and have been replaced.
    replaced: Cell<usize>,
    /// Tasks of several workers, and closures of the blocking pool, that are not over.
    jobs: RefCell<Vec<Arc<Job>>>,
    /// Closures that have not begun.
    queue: RefCell<VecDeque<Id>>,
    blocking: Cell<usize>,
    closed: Cell<bool>,
}

thread_local! {
    /// The execution, and the number of its last runtime.
    static LAST: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

impl Scheduler {
    pub(super) fn new(options: Options) -> Self {
        let (execution, last) = LAST.get();
        let number = if execution == task::execution() { last + 1 } else { 1 };
        LAST.set((task::execution(), number));
        let clock = Shared::new(Clock::new(options.paused));
        let one = options.flavor == RuntimeFlavor::CurrentThread;
        Scheduler {
            number,
            driver: Driver::new(clock.clone()),
            clock,
            executor: one.then(|| Shared::new(Executor::default())),
            driven: Cell::new(false),
            workers: RefCell::new(vec![false; options.workers]),
            replaced: Cell::new(0),
            jobs: RefCell::default(),
            queue: RefCell::default(),
            blocking: Cell::new(0),
            closed: Cell::new(false),
            options,
        }
    }

    pub(crate) fn flavor(&self) -> RuntimeFlavor {
        self.options.flavor
    }

    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn clock(&self) -> Shared<Clock> {
        self.clock.clone()
    }

    pub(crate) fn has_time(&self) -> bool {
        self.options.time
    }

    pub(crate) fn executor(&self) -> Option<&Shared<Executor>> {
        self.executor.as_ref()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(crate) fn add(&self, job: &Arc<Job>) {
        self.jobs.borrow_mut().push(Arc::clone(job));
    }

    pub(crate) fn remove(&self, job: &Arc<Job>) {
        self.jobs.borrow_mut().retain(|other| !Arc::ptr_eq(job, other));
    }

    // ---- workers ----

    pub(crate) fn has_free_worker(&self) -> bool {
        let busy = self.workers.borrow().iter().filter(|busy| **busy).count();
        busy < self.options.workers + self.replaced.get()
    }

    pub(crate) fn take_worker(&self) -> u32 {
        let mut workers = self.workers.borrow_mut();
        let free = workers.iter().position(|busy| !busy).unwrap_or_else(|| {
            // A thread that stands in for one that blocks.
            workers.push(false);
            workers.len() - 1
        });
        workers[free] = true;
        u32::try_from(free).unwrap_or(u32::MAX)
    }

    pub(crate) fn free_worker(&self, worker: Option<u32>) {
        if let Some(busy) = worker.and_then(|worker| usize::try_from(worker).ok())
            && let Some(busy) = self.workers.borrow_mut().get_mut(busy)
        {
            *busy = false;
        }
    }

    /// A worker is about to block: another thread takes its place.
    pub(crate) fn replace_worker(&self) {
        self.replaced.set(self.replaced.get() + 1);
    }

    /// The worker has stopped blocking. As in tokio, its task runs on, besides those of the workers.
    pub(crate) fn restore_worker(&self) {
        self.replaced.set(self.replaced.get() - 1);
    }

    // ---- the blocking pool ----

    pub(crate) fn queue_for_pool(&self, id: Id) {
        self.queue.borrow_mut().push_back(id);
    }

    /// Whether a closure may begin.
    pub(crate) fn may_block(&self, id: Id) -> bool {
        self.blocking.get() < self.options.max_blocking && self.queue.borrow().front() == Some(&id)
    }

    pub(crate) fn enter_pool(&self, id: Id) {
        self.queue.borrow_mut().retain(|other| *other != id);
        self.blocking.set(self.blocking.get() + 1);
    }

    pub(crate) fn leave_pool(&self, id: Id, began: bool) {
        self.queue.borrow_mut().retain(|other| *other != id);
        if began {
            self.blocking.set(self.blocking.get() - 1);
        }
    }

    fn blocks(&self) -> bool {
        self.blocking.get() > 0 || !self.queue.borrow().is_empty()
    }

    // ---- blocking on a future ----

    /// Runs a future to its end. `drives` if it may poll the tasks of a `current_thread` runtime.
    #[track_caller]
    pub(crate) fn block_on<F: Future>(&self, handle: &Handle, drives: bool, at: Place, future: F) -> F::Output {
        let mut future = pin!(future);
        let mut output = None;
        self.block(handle, drives, at, &mut |context| {
            let polled = future.as_mut().poll(context);
            polled.map(|value| output = Some(value))
        });
        output.expect("a future that is over has an output")
    }

    /// What [`Scheduler::block_on`] does whatever the future: kept apart, so that little is compiled with each program.
    #[track_caller]
    fn block(&self, handle: &Handle, drives: bool, at: Place, future: &mut dyn FnMut(&mut Context<'_>) -> Poll<()>) {
        assert!(
            !context::is_polling(),
            "Cannot start a runtime from within a runtime. This happens because a function (like `block_on`) attempted \
             to block the current thread while the thread is being used to drive asynchronous tasks."
        );
        let root = Flag::set();
        let waker = Waker::from(Arc::clone(&root));
        let mut poll = |driver: &Shared<Driver>| {
            let frame = Frame { handle: Some(handle.clone()), driver: Some(driver.clone()), ..Frame::default() };
            let entered = context::enter(frame);
            let taken = LocksTaken::now();
            let polled = future(&mut Context::from_waker(&waker));
            let frame = entered.exit();
            if polled.is_pending() {
                task::suspends(taken, frame.awaits);
            }
            (polled, frame)
        };
        let own = Driver::new(self.clock());
        let mut reason = Reason::of(Op::Poll, Some(at));
        loop {
            let driven = self.executor.as_ref().filter(|_| drives && !self.driven.get());
            let driver = if driven.is_some() { &self.driver } else { &own };
            let mut yielded = false;
            if root.clear() {
                let (polled, frame) = poll(driver);
                if polled.is_ready() {
                    return;
                }
                reason = frame.awaits.unwrap_or_else(|| Reason::of(Op::Poll, Some(at)));
                yielded = frame.yielded;
            }
            assert!(task::active(), "the execution is over");
            match driven {
                Some(executor) => {
                    self.driven.set(true);
                    self.drive(handle, executor, &root, reason, at);
                    self.driven.set(false);
                }
                None => {
                    let manner = if yielded { Manner::Offers } else { Manner::Seen };
                    let free = || drives && self.executor.is_some() && !self.driven.get();
                    task::wait(reason, manner, &|| root.is_set() || free(), own.deadline());
                    own.fire();
                }
            }
        }
    }

    /// Polls tasks until it is time to poll the root again, and waits if there are none: the loop of tokio's
    /// `current_thread` scheduler.
    fn drive(&self, handle: &Handle, executor: &Executor, root: &Flag, reason: Reason, at: Place) {
        let turn = Reason::of(Op::Join, Some(at));
        {
            let frame = Frame { handle: Some(handle.clone()), driver: Some(self.driver.clone()), ..Frame::default() };
            let _entered = context::enter(frame);
            for _ in 0..self.options.event_interval {
                if !executor.run_next(turn) {
                    break;
                }
            }
        }
        if executor.has_deferred() || executor.has_ready() {
            // The driver is looked after without waiting.
            task::wait(Reason::of(Op::Yield, Some(at)), Manner::Offers, &|| true, None);
            self.driver.fire();
        } else {
            // A clock that stands still does not jump while a closure on the blocking pool is at work.
            let deadline = self.driver.deadline().filter(|_| !(self.clock.is_paused() && self.blocks()));
            let ready = || root.is_set() || executor.has_ready();
            let passed = task::wait(reason, Manner::Seen, &ready, deadline);
            if passed {
                self.driver.jump();
            }
            self.driver.fire();
        }
        executor.wake_deferred();
    }

    // ---- the end ----

    /// Drops every task, and waits for what runs on the blocking pool.
    pub(super) fn shut_down(&self, patience: Option<Duration>, built: Place) {
        if self.closed.replace(true) || !task::active() {
            return;
        }
        let reason = Reason::of(Op::Join, Some(built));
        if let Some(executor) = &self.executor {
            let frame = Frame { driver: Some(self.driver.clone()), ..Frame::default() };
            let entered = context::enter(frame);
            executor.close(reason);
            drop(entered);
        }
        for job in self.jobs.borrow().clone() {
            job.cancel();
        }
        let waits = patience != Some(Duration::ZERO);
        let deadline = patience.map(|patience| task::now().saturating_add(patience));
        while let Some(job) = self.first_job().filter(|_| waits) {
            let reason = Reason { peer: Some(job.lane()), ..reason };
            if task::wait(reason, Manner::Unseen, &|| job.is_over(), deadline) || !task::active() {
                return;
            }
        }
        if self.executor.is_none() {
            let workers = u32::try_from(self.workers.borrow().len()).unwrap_or(0);
            (0..workers).for_each(|worker| Carrier::worker(self.number, worker).ends());
        }
    }
}

impl Scheduler {
    fn first_job(&self) -> Option<Arc<Job>> {
        self.jobs.borrow().first().cloned()
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").field("options", &self.options).finish_non_exhaustive()
    }
}

/// Wakes a thread that blocks on a future.
pub(crate) struct Flag(Cell<bool>);

coroutine_safe! {
    unsafe impl [] Send for Flag;
    unsafe impl [] Sync for Flag;
}

impl Flag {
    /// One that is set: a future is polled at least once.
    pub(crate) fn set() -> Arc<Self> {
        Arc::new(Flag(Cell::new(true)))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.get()
    }

    /// Returns whether it was set.
    pub(crate) fn clear(&self) -> bool {
        self.0.replace(false)
    }
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.set(true);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.set(true);
    }
}
