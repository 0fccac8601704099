//! `std::sync::Condvar`.

use std::cell::RefCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::sync::{LockResult, PoisonError};
use std::time::Duration;

use kata_trace::{ObjectKind, Op};

use crate::choice::Turn;
use crate::kernel::{self, Place, Step};
use crate::object::{Entered, Object};
use crate::sync::{MutexGuard, coroutine_safe};

/// `std::sync::WaitTimeoutResult` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the wait ended because its time limit passed.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

/// `std::sync::Condvar` in this world.
pub struct Condvar {
    raw: RawCondvar,
}

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
    fn is_notified(&self, ticket: u64) -> bool {
        self.notified.iter().any(|(who, _)| who.contains(&ticket))
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
impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

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
        kernel::step(Step::new(Op::Wait, id, at));
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
        let ready = |_: &kernel::Kernel| self.queue.borrow().is_notified(ticket);
        let mut step = Step::new(Op::Wake, id, at).when(&ready).until(deadline);
        step.spurious = spurious;
        let turn = kernel::step(step);
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

    /// Wakes one waiter. Returns whether there was one.
    pub fn notify_one(&self, at: &'static Location<'static>) -> bool {
        self.notify(Op::NotifyOne, at, |waiting| if waiting.is_empty() { vec![] } else { vec![waiting.to_vec()] }) > 0
    }

    /// Wakes every waiter. Returns how many there were.
    pub fn notify_all(&self, at: &'static Location<'static>) -> usize {
        self.notify(Op::NotifyAll, at, |waiting| waiting.iter().map(|ticket| vec![*ticket]).collect())
    }

    fn notify(&self, op: Op, at: Place, notifications: impl FnOnce(&[u64]) -> Vec<Vec<u64>>) -> usize {
        let id = self.enter();
        kernel::step(Step::new(op, id, at));
        let index = kernel::with(|kernel| {
            kernel.record(op, Some(id), at, |_| {});
            kernel.log.entries().len().checked_sub(1)
        });
        let mut queue = self.queue.borrow_mut();
        // Those whom an earlier notification is certain to wake are not waiting any more.
        let waiting: Vec<u64> = queue.waiting.iter().copied().filter(|ticket| !certain(&queue, *ticket)).collect();
        let notifications = notifications(&waiting);
        let woken = notifications.len();
        let index = index.filter(|_| op == Op::NotifyOne);
        queue.notified.extend(notifications.into_iter().map(|who| (who, index)));
        woken
    }
}

/// Whether a notification is for this waiter alone.
fn certain(queue: &Queue, ticket: u64) -> bool {
    queue.notified.iter().any(|(who, _)| *who == [ticket])
}

impl Default for RawCondvar {
    #[track_caller]
    fn default() -> Self {
        RawCondvar::new()
    }
}

impl Condvar {
    /// A condition variable on which nobody waits.
    #[track_caller]
    pub const fn new() -> Self {
        Condvar { raw: RawCondvar::new() }
    }

    /// Releases the mutex, waits for a notification or for nothing at all, and locks the mutex again.
    ///
    /// # Errors
    ///
    /// If the mutex is poisoned when it is locked again.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        self.wait_at(guard, None, Location::caller()).0
    }

    /// Waits while `condition` holds.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let mut guard = guard;
        while condition(&mut *guard) {
            guard = self.wait_at(guard, None, at).0?;
        }
        Ok(guard)
    }

    /// Waits at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, timed_out) = self.wait_at(guard, Some(limit), Location::caller());
        pair(guard, timed_out)
    }

    /// Waits at most `limit`, in milliseconds; `false` if it passed.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let (guard, timed_out) = self.wait_at(guard, Some(Duration::from_millis(u64::from(limit))), Location::caller());
        match guard {
            Ok(guard) => Ok((guard, !timed_out)),
            Err(error) => Err(PoisonError::new((error.into_inner(), !timed_out))),
        }
    }

    /// Waits while `condition` holds, at most `limit`.
    ///
    /// # Errors
    ///
    /// As [`Condvar::wait`].
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let deadline = kernel::with(|kernel| kernel.now()).saturating_add(limit);
        let mut guard = guard;
        loop {
            if !condition(&mut *guard) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let left = deadline.saturating_sub(kernel::with(|kernel| kernel.now()));
            if left.is_zero() {
                return Ok((guard, WaitTimeoutResult(true)));
            }
            guard = pair(self.wait_at(guard, Some(left), at).0, false)?.0;
        }
    }

    fn wait_at<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
        at: Place,
    ) -> (LockResult<MutexGuard<'a, T>>, bool) {
        let mut mutex = None;
        let timed_out = self.raw.wait(limit, true, at, || mutex = Some(guard.release()));
        let mutex = mutex.expect("a wait releases the mutex");
        (mutex.lock_at(at), timed_out)
    }

    /// Wakes one waiter, if there is one.
    #[track_caller]
    pub fn notify_one(&self) {
        self.raw.notify_one(Location::caller());
    }

    /// Wakes every waiter.
    #[track_caller]
    pub fn notify_all(&self) {
        self.raw.notify_all(Location::caller());
    }
}

fn pair<T>(
    guard: LockResult<MutexGuard<'_, T>>,
    timed_out: bool,
) -> LockResult<(MutexGuard<'_, T>, WaitTimeoutResult)> {
    let result = WaitTimeoutResult(timed_out);
    match guard {
        Ok(guard) => Ok((guard, result)),
        Err(error) => Err(PoisonError::new((error.into_inner(), result))),
    }
}

impl Default for Condvar {
    #[track_caller]
    fn default() -> Self {
        Condvar::new()
    }
}

impl fmt::Debug for Condvar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condvar").finish_non_exhaustive()
    }
}
