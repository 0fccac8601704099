//! A condition variable without a mutex.

use std::cell::RefCell;
use std::panic::Location;
use std::time::Duration;

use kata_trace::{ObjectKind, Op};

use crate::choice::Turn;
use crate::kernel::{self, Kernel, Place, Readiness, Step, Whim};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;

/// A condition variable without a mutex: what `Condvar`, of std and of other crates, is made of.
///
/// A notification is not tied to a waiter when it is given, because std does not say whom it wakes: any one of those
/// who waited at that moment may take it. So the choice of the waiter is the scheduler's, and is explored.
#[derive(Debug)]
pub struct RawCondvar {
    object: Object,
    queue: RefCell<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    next: u64,
    waiting: Vec<u64>,
    /// For each notification that nobody has taken: who may, and where it is in the log.
    notified: Vec<(Vec<u64>, Option<usize>)>,
}

impl Queue {
    /// Whether a waiter can go on: at once, if a notification is for it alone.
    fn readiness(&self, ticket: u64) -> Readiness {
        let mine = || self.notified.iter().filter(|(who, _)| who.contains(&ticket));
        if mine().any(|(who, _)| who.len() == 1) { Readiness::Free } else { Readiness::when(mine().next().is_some()) }
    }

    /// Ends a wait; returns the log's entry of the notification that ended it.
    fn leave(&mut self, ticket: u64, notified: bool) -> Option<usize> {
        self.waiting.retain(|waiting| *waiting != ticket);
        let taken = self.notified.iter().position(|(who, _)| notified && who.contains(&ticket));
        let entry = taken.and_then(|index| self.notified.remove(index).1);
        for (who, _) in &mut self.notified {
            who.retain(|waiting| *waiting != ticket);
        }
        self.notified.retain(|(who, _)| !who.is_empty());
        entry
    }
}

coroutine_safe! {
    unsafe impl [] Sync for RawCondvar;
}

impl RawCondvar {
    /// Nobody waits.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        let queue = Queue { next: 0, waiting: Vec::new(), notified: Vec::new() };
        RawCondvar { object: Object::new(), queue: RefCell::new(queue) }
    }

    fn enter(&self) -> u32 {
        let (id, entered) = self.object.enter(ObjectKind::Condvar);
        if entered == Entered::LeftOver {
            std::mem::forget(self.queue.take());
        }
        id
    }

    /// Waits: `release` gives up the mutex in the same step. Returns whether the time limit passed.
    pub fn wait(
        &self,
        limit: Option<Duration>,
        spurious: bool,
        at: &'static Location<'static>,
        release: impl FnOnce(),
    ) -> bool {
        let id = self.enter();
        kernel::step(Step::on(Op::Wait, id, at));
        release();
        let ticket = {
            let mut queue = self.queue.borrow_mut();
            queue.next += 1;
            let ticket = queue.next;
            queue.waiting.push(ticket);
            ticket
        };
        let deadline = kernel::with(|kernel| {
            kernel.record(Op::Wait, Some(id), at, |_| {});
            limit.map(|limit| kernel.now().saturating_add(limit))
        });
        let ready = |_: &Kernel| self.queue.borrow().readiness(ticket);
        let whim = || true;
        let whim: Option<&Whim<'_>> = if spurious { Some(&whim) } else { None };
        let turn = kernel::step(Step::on(Op::Wake, id, at).when(&ready).until(deadline).or(whim));
        let notification = self.queue.borrow_mut().leave(ticket, turn == Turn::Go);
        kernel::with(|kernel| {
            let me = kernel.me();
            if let Some(entry) = notification {
                kernel.log.entry_mut(entry).peer.get_or_insert(me);
            }
            kernel.record(Op::Wake, Some(id), at, |entry| entry.cause = Some(kernel::cause(turn)));
        });
        turn == Turn::Timeout
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.enter();
        self.queue.borrow().waiting.len()
    }

    /// Wakes one waiter. Returns whether there was one.
    pub fn notify_one(&self, at: &'static Location<'static>) -> bool {
        self.notify(Op::NotifyOne, at, |waiting| vec![waiting]) > 0
    }

    /// Wakes every waiter. Returns how many there were.
    pub fn notify_all(&self, at: &'static Location<'static>) -> usize {
        self.notify(Op::NotifyAll, at, |waiting| waiting.into_iter().map(|ticket| vec![ticket]).collect())
    }

    fn notify(&self, op: Op, at: Place, notifications: impl FnOnce(Vec<u64>) -> Vec<Vec<u64>>) -> usize {
        let id = self.enter();
        kernel::step(Step::on(op, id, at));
        let index = kernel::with(|kernel| {
            kernel.record(op, Some(id), at, |_| {});
            kernel.log.entries().len().checked_sub(1)
        });
        let mut queue = self.queue.borrow_mut();
        // Every notification that nobody has taken yet is for one of them, whoever that will be.
        let asleep = queue.waiting.len().saturating_sub(queue.notified.len());
        if asleep == 0 {
            return 0;
        }
        // Those whom an earlier notification is certain to wake are not waiting any more.
        let open = |ticket: &u64| queue.readiness(*ticket) != Readiness::Free;
        let waiting: Vec<u64> = queue.waiting.iter().copied().filter(open).collect();
        let index = index.filter(|_| op == Op::NotifyOne);
        queue.notified.extend(notifications(waiting).into_iter().map(|who| (who, index)));
        kernel::with(Kernel::progresses);
        asleep
    }
}

impl Default for RawCondvar {
    #[track_caller]
    fn default() -> Self {
        RawCondvar::new()
    }
}
