//! Locks and condition variables without data: what std's and `parking_lot`'s are built on.

use std::panic::Location;
use std::time::Instant;

use kata_trace::{Cause, ObjectKind, Op};

use crate::frame::Frame;
use crate::lane::{Held, ObjectIndex, Reason, Status, Wait};
use crate::monitor::{self, Guard};
use crate::object::{Lock, ObjectCell, Part};
use crate::spin;
use crate::state::Step;

/// A reader–writer lock; a mutex is one that is never read.
#[derive(Debug)]
pub struct RawLock {
    cell: ObjectCell,
    kind: ObjectKind,
}

impl RawLock {
    /// A free mutex.
    pub const fn mutex(created: Option<&'static Location<'static>>) -> Self {
        RawLock { cell: ObjectCell::new(created), kind: ObjectKind::Mutex }
    }

    /// A free reader–writer lock.
    pub const fn rwlock(created: Option<&'static Location<'static>>) -> Self {
        RawLock { cell: ObjectCell::new(created), kind: ObjectKind::RwLock }
    }

    fn index(&self, state: &mut Guard) -> ObjectIndex {
        self.cell.index(state, self.kind, || Part::Lock(Lock::default()))
    }

    fn ops(&self, shared: bool) -> (Op, Op, Op) {
        match (self.kind, shared) {
            (ObjectKind::Mutex, _) => (Op::Lock, Op::TryLock, Op::Unlock),
            (_, true) => (Op::ReadLock, Op::TryReadLock, Op::ReadUnlock),
            (_, false) => (Op::WriteLock, Op::TryWriteLock, Op::WriteUnlock),
        }
    }

    /// Acquires the lock.
    pub fn lock(&self, shared: bool, call: &'static str, at: &'static Location<'static>) {
        let acquired = self.lock_until(shared, None, call, at);
        debug_assert!(acquired, "a wait without a deadline ends with what it waits for");
    }

    /// Acquires the lock, or returns false when the deadline passes first.
    pub fn lock_until(
        &self,
        shared: bool,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> bool {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let (op, ..) = self.ops(shared);
        let reason = Reason::Lock { object, shared };
        let (mut state, free) =
            monitor::wait(state, frame, Wait { reason, op, call, at, deadline, polling: frame.polling });
        if free {
            take(&mut state, frame, object, shared, at);
            state.record(frame.lane, Step::new(op, Some(at)).on(object));
        }
        free
    }

    /// Acquires the lock if it is free.
    pub fn try_lock(&self, shared: bool, call: &'static str, at: &'static Location<'static>) -> bool {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let (_, op, _) = self.ops(shared);
        let free = state.is_over(frame.lane, Reason::Lock { object, shared });
        if free {
            take(&mut state, frame, object, shared, at);
            state.record(frame.lane, Step::new(op, Some(at)).on(object).ok(true));
        } else {
            state.record_vain(frame.lane, Step::new(op, Some(at)).on(object));
            spin::in_vain(state, frame, call, at);
        }
        free
    }

    /// Releases the lock.
    pub fn unlock(&self, shared: bool) {
        let (mut state, frame) = monitor::give();
        let object = self.index(&mut state);
        let (.., op) = self.ops(shared);
        // The value's last change has no place of its own here: the event shows where the thread last was.
        let at = state.lanes[frame.lane].last;
        state.record(frame.lane, Step::new(op, at).on(object));
        state.give_lock(object, shared);
        monitor::changed(&mut state);
    }

    /// Turns an exclusive hold into a shared one.
    pub fn downgrade(&self, at: &'static Location<'static>) {
        let (mut state, frame) = monitor::give();
        let object = self.index(&mut state);
        state.record(frame.lane, Step::new(Op::WriteUnlock, Some(at)).on(object));
        state.give_lock(object, false);
        take(&mut state, frame, object, true, at);
        state.record(frame.lane, Step::new(Op::ReadLock, Some(at)).on(object));
        monitor::changed(&mut state);
    }

    /// Whether somebody holds the lock.
    pub fn is_locked(&self) -> bool {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.holders(object).next().is_some()
    }

    /// Whether somebody holds the lock exclusively.
    pub fn is_locked_exclusively(&self) -> bool {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.is_written(object)
    }
}

fn take(state: &mut Guard, frame: Frame, object: ObjectIndex, shared: bool, at: &'static Location<'static>) {
    let held = Held { object, thread: std::thread::current().id(), at, future: frame.future };
    state.take_lock(frame.lane, object, shared, held);
}

/// A condition variable.
#[derive(Debug)]
pub struct RawCondvar {
    cell: ObjectCell,
}

impl RawCondvar {
    /// One that nobody waits on.
    pub const fn new(created: Option<&'static Location<'static>>) -> Self {
        RawCondvar { cell: ObjectCell::new(created) }
    }

    fn index(&self, state: &mut Guard) -> ObjectIndex {
        self.cell.index(state, ObjectKind::Condvar, || Part::Condvar { waiters: Default::default() })
    }

    /// Releases `mutex`, waits, and acquires it again. False when the deadline passed before a notification.
    pub fn wait(
        &self,
        mutex: &RawLock,
        deadline: Option<Instant>,
        call: &'static str,
        at: &'static Location<'static>,
    ) -> bool {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let lock = mutex.index(&mut state);
        if frame.polling {
            monitor::blocked_executor(state, frame.lane, call, at, "");
        }
        state.record(frame.lane, Step::new(Op::Unlock, Some(at)).on(lock));
        state.give_lock(lock, false);
        state.lanes[frame.lane].notified = false;
        state.objects[object].condvar().push_back(frame.lane);
        let reason = Reason::Notified { object };
        let wait = Wait { reason, op: Op::Wait, call, at, deadline, polling: frame.polling };
        state.record(frame.lane, Step::new(Op::Wait, Some(at)).on(object));
        let (mut state, notified) = monitor::wait(state, frame, wait);
        if notified {
            state.acquire(frame.lane, object);
        } else {
            state.objects[object].condvar().retain(|&lane| lane != frame.lane);
        }
        let mut wake = Step::new(Op::Wake, Some(at)).on(object);
        wake.entry.cause = Some(if notified { Cause::Notified } else { Cause::Timeout });
        state.record(frame.lane, wake);
        let reason = Reason::Lock { object: lock, shared: false };
        let wait = Wait { reason, op: Op::Lock, call, at, deadline: None, polling: frame.polling };
        let (mut state, _) = monitor::wait(state, frame, wait);
        take(&mut state, frame, lock, false, at);
        state.record(frame.lane, Step::new(Op::Lock, Some(at)).on(lock));
        notified
    }

    /// Wakes the longest waiter. False when there is none.
    pub fn notify_one(&self, at: &'static Location<'static>) -> bool {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let woken = state.objects[object].condvar().pop_front();
        let mut step = Step::new(Op::NotifyOne, Some(at)).on(object);
        step.peer = woken;
        state.record(frame.lane, step);
        state.release(frame.lane, object);
        if let Some(lane) = woken {
            state.lanes[lane].notified = true;
        }
        monitor::changed(&mut state);
        woken.is_some()
    }

    /// Wakes every waiter and returns their number.
    pub fn notify_all(&self, at: &'static Location<'static>) -> usize {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let waiters = std::mem::take(state.objects[object].condvar());
        state.record(frame.lane, Step::new(Op::NotifyAll, Some(at)).on(object));
        state.release(frame.lane, object);
        for &lane in &waiters {
            debug_assert!(!matches!(state.lanes[lane].status, Status::Done), "a waiter is alive");
            state.lanes[lane].notified = true;
        }
        monitor::changed(&mut state);
        waiters.len()
    }
}
