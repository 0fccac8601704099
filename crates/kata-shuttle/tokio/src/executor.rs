//! A queue of tasks that share one thread: what a `current_thread` runtime and a `LocalSet` have in common.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::sync::Arc;
use std::task::Waker;

use kata_shuttle::task::{self, Carrier, Manner, Reason};
use kata_trace::{Op, ThreadId};

use crate::context::{self, Frame};
use crate::task::job::Job;

/// How many tasks a runtime polls, or a `LocalSet` at a time, before it looks after timers and its own future:
/// `event_interval` and `MAX_TASKS_PER_TICK` of tokio.
pub(crate) const TURNS: usize = 61;

/// Tasks of which one at a time is polled, in the order in which they were woken.
#[derive(Default)]
pub(crate) struct Executor {
    ready: RefCell<VecDeque<Arc<Job>>>,
    /// Those that are not over, in the order in which they were spawned.
    jobs: RefCell<Vec<Arc<Job>>>,
    /// Who has the thread.
    turn: Cell<Option<ThreadId>>,
    /// What the thread is in that polls.
    outer: RefCell<Option<(Frame, Carrier)>>,
    /// Whom to tell that there is a task to poll.
    owner: RefCell<Option<Waker>>,
    /// Woken when nothing else is ready: those who gave their turn away.
    deferred: RefCell<Vec<Waker>>,
    closed: Cell<bool>,
    /// It is that of a `LocalSet`.
    local: bool,
}

impl Executor {
    /// Of a `LocalSet`.
    pub(crate) fn local() -> Self {
        Executor { local: true, ..Executor::default() }
    }

    pub(crate) fn is_local(&self) -> bool {
        self.local
    }

    pub(crate) fn add(&self, job: &Arc<Job>) {
        self.jobs.borrow_mut().push(Arc::clone(job));
    }

    pub(crate) fn remove(&self, job: &Arc<Job>) {
        self.jobs.borrow_mut().retain(|other| !Arc::ptr_eq(job, other));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.jobs.borrow().is_empty()
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(crate) fn set_owner(&self, waker: &Waker) {
        *self.owner.borrow_mut() = Some(waker.clone());
    }

    /// A task is to be polled.
    pub(crate) fn push(&self, job: &Arc<Job>) {
        self.ready.borrow_mut().push_back(Arc::clone(job));
        let owner = self.owner.borrow().clone();
        if let Some(owner) = owner {
            owner.wake();
        }
    }

    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.borrow().is_empty()
    }

    pub(crate) fn defer(&self, waker: &Waker) {
        self.deferred.borrow_mut().push(waker.clone());
    }

    pub(crate) fn has_deferred(&self) -> bool {
        !self.deferred.borrow().is_empty()
    }

    pub(crate) fn wake_deferred(&self) {
        // The last one first: tokio pops them off a stack.
        let deferred = self.deferred.take();
        deferred.into_iter().rev().for_each(Waker::wake);
    }

    /// Whether the thread has been handed to this lane.
    pub(crate) fn is_turn_of(&self, lane: ThreadId) -> bool {
        self.turn.get() == Some(lane)
    }

    pub(crate) fn give_back(&self) {
        self.turn.set(None);
    }

    /// What the thread is in that polls, for the frame of the task.
    pub(crate) fn outer(&self) -> Option<(Frame, Carrier)> {
        self.outer.borrow().clone()
    }

    /// Polls the next task. `false` if there is none.
    pub(crate) fn run_next(&self, reason: Reason) -> bool {
        let Some(job) = self.ready.borrow_mut().pop_front() else { return false };
        self.hand_over(&job, reason);
        true
    }

    fn hand_over(&self, job: &Arc<Job>, reason: Reason) {
        if job.is_over() || !task::active() {
            return;
        }
        let frame = Frame { handle: context::handle(), driver: context::driver(), ..Frame::default() };
        let outer = self.outer.replace(Some((frame, Carrier::current())));
        self.turn.set(Some(job.lane()));
        let reason = Reason { op: Op::Join, peer: Some(job.lane()), object: None, ..reason };
        task::wait(reason, Manner::HandsOver, &|| self.turn.get().is_none(), None);
        *self.outer.borrow_mut() = outer;
    }

    /// Drops every task.
    pub(crate) fn close(&self, reason: Reason) {
        self.closed.set(true);
        loop {
            let job = self.jobs.borrow().first().cloned();
            let Some(job) = job else { break };
            job.cancel();
            self.hand_over(&job, reason);
            self.remove(&job);
        }
        self.ready.take();
        self.deferred.take();
    }
}
