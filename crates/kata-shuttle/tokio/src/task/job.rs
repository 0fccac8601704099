//! A task as its runtime sees it, and the life of its lane.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use kata_shuttle::task::{self, Carrier, LocksTaken, Manner, Reason};
use kata_trace::{Op, ThreadId};

use super::{Id, JoinError};
use crate::context::{self, Frame};
use crate::coroutine::{Shared, coroutine_safe};
use crate::driver::Driver;
use crate::executor::Executor;
use crate::runtime::{Handle, Scheduler};

pub(crate) type Place = &'static std::panic::Location<'static>;

/// Where a task is polled.
#[derive(Clone)]
pub(crate) enum Home {
    /// On any free worker of a runtime.
    Workers(Shared<Scheduler>),
    /// On the one thread of a runtime or of a `LocalSet`.
    Executor(Shared<Executor>),
    /// On a thread of the blocking pool.
    Pool(Shared<Scheduler>),
}

/// A task without its types.
pub(crate) struct Job {
    pub(crate) id: Id,
    pub(crate) spawned: Place,
    lane: Cell<ThreadId>,
    home: Home,
    /// It is to be polled.
    notified: Cell<bool>,
    polled: Cell<bool>,
    started: Cell<bool>,
    cancelled: Cell<bool>,
    over: Cell<bool>,
    panicked: Cell<bool>,
    joiner: RefCell<Option<Waker>>,
}

coroutine_safe! {
    unsafe impl [] Send for Job;
    unsafe impl [] Sync for Job;
}

/// What a task leaves behind.
pub(crate) struct Packet<T>(Cell<Option<Result<T, JoinError>>>);

impl<T> Packet<T> {
    fn new() -> Arc<Self> {
        #[allow(clippy::arc_with_non_send_sync, reason = "a model's threads are coroutines")]
        Arc::new(Packet(Cell::new(None)))
    }

    pub(crate) fn take(&self) -> Option<Result<T, JoinError>> {
        self.0.take()
    }
}

impl Job {
    fn new(home: Home, spawned: Place) -> Arc<Self> {
        Arc::new(Job {
            id: Id::next(),
            spawned,
            lane: Cell::new(0),
            home,
            notified: Cell::new(false),
            polled: Cell::new(false),
            started: Cell::new(false),
            cancelled: Cell::new(false),
            over: Cell::new(false),
            panicked: Cell::new(false),
            joiner: RefCell::default(),
        })
    }

    pub(crate) fn lane(&self) -> ThreadId {
        self.lane.get()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.get()
    }

    pub(crate) fn panicked(&self) -> bool {
        self.panicked.get()
    }

    pub(crate) fn set_joiner(&self, waker: &Waker) {
        *self.joiner.borrow_mut() = Some(waker.clone());
    }

    pub(crate) fn forget_joiner(&self) {
        self.joiner.take();
    }

    /// It is to be dropped instead of polled.
    pub(crate) fn cancel(self: &Arc<Self>) {
        if self.over.get() || matches!(self.home, Home::Pool(_)) && self.started.get() {
            return;
        }
        self.cancelled.set(true);
        self.notify();
    }

    /// It is to be polled.
    fn notify(self: &Arc<Self>) {
        if !self.over.get() && !self.notified.replace(true) && !self.polled.get() {
            self.enqueue();
        }
    }

    fn enqueue(self: &Arc<Self>) {
        if let Home::Executor(executor) = &self.home {
            executor.push(self);
        }
    }

    /// Whether its lane may go on.
    fn has_turn(&self) -> bool {
        match &self.home {
            Home::Workers(scheduler) => self.notified.get() && scheduler.has_free_worker(),
            Home::Executor(executor) => executor.is_turn_of(self.lane.get()),
            Home::Pool(scheduler) => self.cancelled.get() || scheduler.may_block(self.id),
        }
    }

    fn is_seen(&self) -> bool {
        !matches!(self.home, Home::Executor(_))
    }

    /// Starts the lane.
    fn start(self: &Arc<Self>, run: Box<dyn FnOnce() -> Option<String>>) {
        let ready = {
            let job = Arc::downgrade(self);
            Box::new(move || job.upgrade().is_some_and(|job| job.has_turn()))
        };
        self.lane.set(task::spawn(self.spawned, None, self.is_seen(), ready, run));
        match &self.home {
            Home::Workers(scheduler) | Home::Pool(scheduler) => scheduler.add(self),
            Home::Executor(executor) => executor.add(self),
        }
        self.notify();
    }

    fn remove(self: &Arc<Self>) {
        match &self.home {
            Home::Workers(scheduler) | Home::Pool(scheduler) => scheduler.remove(self),
            Home::Executor(executor) => executor.remove(self),
        }
    }

    /// The task is over: `store` leaves its result behind.
    fn finish(self: &Arc<Self>, store: impl FnOnce()) {
        if self.is_seen() {
            // Whether it is over shows to those who look.
            task::point(Reason::of(Op::Exit, None));
        }
        store();
        self.over.set(true);
        self.remove();
        let joiner = self.joiner.take();
        if let Some(joiner) = joiner {
            joiner.wake();
        }
    }
}

impl Wake for Job {
    fn wake(self: Arc<Self>) {
        self.notify();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.notify();
    }
}

/// What a task does, without its types.
trait Work {
    /// Polls the future, and keeps what it returns.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()>;
    /// Drops the future.
    fn drop_future(&mut self);
    /// Drops what the future returned.
    fn drop_output(&mut self);
    /// Leaves behind what the future returned, or why it did not.
    fn leave(&mut self, end: Result<(), JoinError>);
}

/// A future on its way.
struct Polled<F: Future> {
    future: Option<Pin<Box<F>>>,
    output: Option<F::Output>,
    packet: Arc<Packet<F::Output>>,
}

impl<F: Future> Work for Polled<F> {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let future = self.future.as_mut().expect("it is not over");
        future.as_mut().poll(context).map(|output| self.output = Some(output))
    }

    fn drop_future(&mut self) {
        self.future = None;
    }

    fn drop_output(&mut self) {
        self.output = None;
    }

    fn leave(&mut self, end: Result<(), JoinError>) {
        let mut output = || self.output.take().expect("a future that is over has an output");
        self.packet.0.set(Some(end.map(|()| output())));
    }
}

/// Starts a task.
pub(crate) fn spawn<F>(
    home: Home,
    handle: Option<Handle>,
    spawned: Place,
    future: F,
) -> (Arc<Job>, Arc<Packet<F::Output>>)
where
    F: Future + 'static,
    F::Output: 'static,
{
    let packet = Packet::new();
    let work = Polled { future: Some(Box::pin(future)), output: None, packet: Arc::clone(&packet) };
    (start(home, handle, spawned, Box::new(work)), packet)
}

fn start(home: Home, handle: Option<Handle>, spawned: Place, mut work: Box<dyn Work>) -> Arc<Job> {
    let job = Job::new(home, spawned);
    let closed = match &job.home {
        Home::Workers(scheduler) | Home::Pool(scheduler) => scheduler.is_closed(),
        Home::Executor(executor) => executor.is_closed(),
    };
    if closed {
        work.drop_future();
        job.over.set(true);
        work.leave(Err(JoinError::cancelled(job.id)));
        return job;
    }
    let lane = Arc::clone(&job);
    // The stack of the lane owns the future: it is dropped there, as the task.
    job.start(Box::new(move || run(&lane, handle, work)));
    job
}

/// What a lane does from one turn to the next.
struct Turn {
    driver: Shared<Driver>,
    worker: Option<u32>,
}

impl Turn {
    /// The lane has the turn: enters what a task runs in.
    fn begin(job: &Arc<Job>, handle: Option<&Handle>, own: &Shared<Driver>) -> (Self, Frame) {
        job.notified.set(false);
        job.polled.set(true);
        let mut frame = Frame { handle: handle.cloned(), task: Some(job.id), ..Frame::default() };
        let mut turn = Turn { driver: own.clone(), worker: None };
        match &job.home {
            Home::Workers(scheduler) => {
                let worker = scheduler.take_worker();
                turn.worker = Some(worker);
                Carrier::worker(scheduler.number(), worker).carries();
            }
            Home::Executor(executor) => {
                if let Some((outer, carrier)) = executor.outer() {
                    carrier.carries();
                    turn.driver = outer.driver.unwrap_or_else(|| own.clone());
                    frame.handle = frame.handle.or(outer.handle);
                }
                if job.is_local() {
                    frame.local = Some(executor.clone());
                }
            }
            Home::Pool(_) => {}
        }
        frame.driver = Some(turn.driver.clone());
        (turn, frame)
    }

    fn end(self, job: &Arc<Job>) {
        job.polled.set(false);
        match &job.home {
            Home::Workers(scheduler) => scheduler.free_worker(self.worker),
            Home::Executor(executor) => {
                if job.notified.get() && !job.over.get() {
                    job.enqueue();
                }
                executor.give_back();
            }
            Home::Pool(_) => {}
        }
    }
}

impl Job {
    fn is_local(&self) -> bool {
        match &self.home {
            Home::Executor(executor) => executor.is_local(),
            Home::Workers(_) | Home::Pool(_) => false,
        }
    }
}

/// The life of a task.
fn run(job: &Arc<Job>, handle: Option<Handle>, mut work: Box<dyn Work>) -> Option<String> {
    let clock = handle.as_ref().map_or_else(|| Shared::new(crate::driver::Clock::default()), Handle::clock);
    let driver = Driver::new(clock);
    let waker = Waker::from(Arc::clone(job));
    loop {
        job.started.set(true);
        let (turn, frame) = Turn::begin(job, handle.as_ref(), &driver);
        let entered = context::enter(frame);
        let taken = LocksTaken::now();
        let polled = if job.cancelled.get() {
            Ok(Poll::Pending)
        } else {
            task::catch(|| work.poll(&mut Context::from_waker(&waker)))
        };
        // What ends the task, and what is left of it. The future is dropped as a part of the task, before anybody is
        // told.
        let end = match polled {
            Ok(Poll::Pending) if job.cancelled.get() => {
                Some(task::catch(|| work.drop_future()).map(|()| Err(JoinError::cancelled(job.id))))
            }
            Ok(Poll::Pending) => None,
            Ok(Poll::Ready(())) => Some(task::catch(|| work.drop_future()).map(Ok)),
            Err(payload) => {
                // As in tokio, what panics while the remains are dropped is not told.
                let _ = task::catch(|| work.drop_future());
                Some(Err(payload))
            }
        };
        if let Some(end) = end {
            let message = end.as_ref().err().map(|payload| task::panic_message(&**payload));
            job.panicked.set(message.is_some());
            if end.is_err() {
                work.drop_output();
            }
            let result = end.unwrap_or_else(|payload| Err(JoinError::panicked(job.id, payload)));
            job.finish(|| work.leave(result));
            drop(entered);
            turn.end(job);
            return message;
        }
        let frame = entered.exit();
        task::suspends(taken, frame.awaits);
        turn.end(job);
        suspend(job, &driver, &frame);
        if !task::active() {
            return None;
        }
    }
}

/// Waits until the task is to be polled again.
fn suspend(job: &Arc<Job>, driver: &Driver, frame: &Frame) {
    let reason = frame.awaits.unwrap_or_else(|| Reason::of(Op::Poll, Some(job.spawned)));
    let manner = match job.is_seen() {
        true if frame.yielded => Manner::Offers,
        true => Manner::Seen,
        false => Manner::Unseen,
    };
    loop {
        let deadline = if job.notified.get() { None } else { driver.deadline() };
        task::wait(reason, manner, &|| job.has_turn(), deadline);
        driver.fire();
        if job.has_turn() || !task::active() {
            break;
        }
    }
}

/// Starts a closure on the blocking pool.
pub(crate) fn spawn_blocking<R: 'static>(
    handle: &Handle,
    spawned: Place,
    f: impl FnOnce() -> R + 'static,
) -> (Arc<Job>, Arc<Packet<R>>) {
    let job = Job::new(Home::Pool(handle.scheduler().clone()), spawned);
    let packet = Packet::new();
    if handle.scheduler().is_closed() {
        drop(f);
        job.over.set(true);
        packet.0.set(Some(Err(JoinError::cancelled(job.id))));
        return (job, packet);
    }
    let run = {
        let (job, packet, handle) = (Arc::clone(&job), Arc::clone(&packet), handle.clone());
        move || {
            job.started.set(true);
            let scheduler = handle.scheduler().clone();
            if job.cancelled.get() {
                drop(f);
                scheduler.leave_pool(job.id, false);
                job.finish(|| packet.0.set(Some(Err(JoinError::cancelled(job.id)))));
                return None;
            }
            scheduler.enter_pool(job.id);
            let entered =
                context::enter(Frame { handle: Some(handle), task: Some(job.id), may_block: true, ..Frame::default() });
            let result = task::catch(f);
            let message = result.as_ref().err().map(|payload: &Box<dyn Any + Send>| task::panic_message(&**payload));
            job.panicked.set(message.is_some());
            let result = result.map_err(|payload| JoinError::panicked(job.id, payload));
            job.finish(|| packet.0.set(Some(result)));
            drop(entered);
            scheduler.leave_pool(job.id, true);
            message
        }
    };
    handle.scheduler().queue_for_pool(job.id);
    job.start(Box::new(run));
    (job, packet)
}
