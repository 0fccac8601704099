//! `Condvar`.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::LockResult;
use std::time::Duration;

use kata_trace::{Cause, ObjectKind, Op, ThreadId};

use super::MutexGuard;
use crate::execution::{self, Place};
use crate::liberty;
use crate::object::Object;
use crate::point::{Point, Sleepers};

/// `std::sync::Condvar`. A wait may end for no reason, and its time limit may pass at any moment.
pub struct Condvar {
    object: Object,
    point: Point,
    waiters: RefCell<VecDeque<Rc<Waiter>>>,
}

struct Waiter {
    thread: ThreadId,
    notified: Cell<bool>,
    sleeper: Sleepers,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Condvar {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Condvar {}

impl UnwindSafe for Condvar {}
impl RefUnwindSafe for Condvar {}

/// `std::sync::WaitTimeoutResult`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    /// Whether the time limit passed.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.0
    }
}

impl Condvar {
    /// A condition variable. Not `const`: loom follows every one from its creation.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        Condvar {
            object: Object::new(ObjectKind::Condvar),
            point: Point::new(),
            waiters: RefCell::new(VecDeque::new()),
        }
    }

    fn wait_at<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Option<Duration>,
        at: Place,
    ) -> (MutexGuard<'a, T>, Cause) {
        let object = self.object.id(at);
        execution::attempt(Op::Wait, Some(object), None, at);
        self.point.visit();
        let polls = limit.is_some() || liberty::outcome(2) == 1;
        let waiter =
            Rc::new(Waiter { thread: execution::me(), notified: Cell::new(false), sleeper: Sleepers::default() });
        self.waiters.borrow_mut().push_back(Rc::clone(&waiter));
        let wait = execution::postpone();
        let mutex = guard.release();
        execution::record(wait.op, wait.object, Some(wait.at), |_| {});
        execution::attempt(Op::Wake, Some(object), None, at);
        if polls {
            execution::offer();
            self.point.visit();
        } else {
            while !waiter.notified.get() {
                waiter.sleeper.sleep();
            }
        }
        self.waiters.borrow_mut().retain(|other| !Rc::ptr_eq(other, &waiter));
        let cause = match (waiter.notified.get(), limit) {
            (true, _) => Cause::Notified,
            (false, None) => Cause::Spurious,
            (false, Some(limit)) => {
                execution::with(|e| e.pass(limit));
                Cause::Timeout
            }
        };
        execution::complete(|entry| entry.cause = Some(cause));
        (mutex.lock_at(at), cause)
    }

    /// Unlocks the mutex, waits for a notification, and locks it again.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        Ok(self.wait_at(guard, None, Location::caller()).0)
    }

    /// Waits while `condition` holds.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn wait_while<'a, T, F>(&self, mut guard: MutexGuard<'a, T>, mut condition: F) -> LockResult<MutexGuard<'a, T>>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        while condition(guard.data_mut()) {
            guard = self.wait_at(guard, None, at).0;
        }
        Ok(guard)
    }

    /// Waits, up to a time limit.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)> {
        let (guard, cause) = self.wait_at(guard, Some(limit), Location::caller());
        Ok((guard, WaitTimeoutResult(cause == Cause::Timeout)))
    }

    /// Waits while `condition` holds, up to a time limit.
    ///
    /// # Errors
    ///
    /// Never.
    #[track_caller]
    pub fn wait_timeout_while<'a, T, F>(
        &self,
        mut guard: MutexGuard<'a, T>,
        limit: Duration,
        mut condition: F,
    ) -> LockResult<(MutexGuard<'a, T>, WaitTimeoutResult)>
    where
        F: FnMut(&mut T) -> bool,
    {
        let at = Location::caller();
        let start = execution::with(|e| e.now());
        loop {
            if !condition(guard.data_mut()) {
                return Ok((guard, WaitTimeoutResult(false)));
            }
            let passed = execution::with(|e| e.now()).saturating_sub(start);
            let Some(left) = limit.checked_sub(passed).filter(|left| !left.is_zero()) else {
                return Ok((guard, WaitTimeoutResult(true)));
            };
            guard = self.wait_at(guard, Some(left), at).0;
        }
    }

    /// Waits, up to a time limit in milliseconds.
    ///
    /// # Errors
    ///
    /// Never.
    #[deprecated(since = "1.6.0", note = "replaced by `std::sync::Condvar::wait_timeout`")]
    #[track_caller]
    pub fn wait_timeout_ms<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: u32,
    ) -> LockResult<(MutexGuard<'a, T>, bool)> {
        let limit = Duration::from_millis(u64::from(limit));
        let (guard, cause) = self.wait_at(guard, Some(limit), Location::caller());
        Ok((guard, cause != Cause::Timeout))
    }

    /// Wakes one of those who wait; which one is open.
    #[track_caller]
    pub fn notify_one(&self) {
        let at = Location::caller();
        execution::attempt(Op::NotifyOne, Some(self.object.id(at)), None, at);
        self.point.visit();
        let waiting = self.waiters.borrow().len();
        let chosen = if waiting > 1 { liberty::outcome(waiting) } else { 0 };
        let waiter = self.waiters.borrow_mut().remove(chosen);
        let peer = waiter.map(|waiter| {
            waiter.notified.set(true);
            waiter.sleeper.wake();
            waiter.thread
        });
        execution::complete(|entry| entry.peer = peer);
    }

    /// Wakes all of those who wait.
    #[track_caller]
    pub fn notify_all(&self) {
        let at = Location::caller();
        execution::attempt(Op::NotifyAll, Some(self.object.id(at)), None, at);
        self.point.visit();
        for waiter in self.waiters.take() {
            waiter.notified.set(true);
            waiter.sleeper.wake();
        }
        execution::complete(|_| {});
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
