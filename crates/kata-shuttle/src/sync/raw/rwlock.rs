//! A reader–writer lock without a value.

use std::cell::Cell;
use std::time::Duration;

use kata::Scalar;
use kata_trace::{ObjectId, ObjectKind, Op};

use super::{Shown, poison_change, timed_out};
use crate::choice::Turn;
use crate::kernel::{self, Kernel, Place, Readiness, Step, parts};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;

/// A reader–writer lock.
#[derive(Debug)]
pub struct RawRwLock {
    object: Object,
    readers: Cell<usize>,
    writer: Cell<bool>,
}

coroutine_safe! {
    unsafe impl [] Sync for RawRwLock;
}

impl RawRwLock {
    /// Unlocked.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        RawRwLock { object: Object::new(), readers: Cell::new(0), writer: Cell::new(false) }
    }

    fn enter(&self, shown: &Shown<'_>) -> ObjectId {
        let (id, entered) = self.object.enter(ObjectKind::RwLock);
        if entered != Entered::Again {
            if entered == Entered::LeftOver {
                self.readers.set(0);
                self.writer.set(false);
            }
            (shown.enter)(entered);
        }
        id
    }

    fn free_for(&self, exclusive: bool) -> bool {
        !self.writer.get() && (!exclusive || self.readers.get() == 0)
    }

    fn holders(&self) -> u64 {
        if self.writer.get() { 1 } else { (self.readers.get() as u64) << 1 }
    }

    fn set_holders(&self, kernel: &mut Kernel, id: ObjectId, readers: usize, writer: bool) {
        let before = self.holders();
        self.readers.set(readers);
        self.writer.set(writer);
        kernel.changes(id, parts::HOLDERS, before, self.holders());
    }

    fn take(&self, kernel: &mut Kernel, id: ObjectId, exclusive: bool) {
        if exclusive {
            self.set_holders(kernel, id, 0, true);
        } else {
            self.set_holders(kernel, id, self.readers.get() + 1, false);
        }
    }

    /// Waits until the lock is free and takes it. Returns `false` if `deadline` passed first.
    pub fn lock(&self, exclusive: bool, shown: &Shown<'_>, deadline: Option<Duration>, at: Place) -> bool {
        let id = self.enter(shown);
        if deadline.is_some() {
            // How long the lock is held shows.
            kernel::with(|kernel| kernel.look(self.object.subject()));
        }
        let op = if exclusive { Op::WriteLock } else { Op::ReadLock };
        let free = |_: &Kernel| Readiness::when(self.free_for(exclusive));
        let turn = kernel::step(Step::on(op, id, at).when(&free).until(deadline));
        kernel::with(|kernel| {
            if turn == Turn::Timeout {
                let op = if exclusive { Op::TryWriteLock } else { Op::TryReadLock };
                kernel.record(op, Some(id), at, timed_out);
                return false;
            }
            self.take(kernel, id, exclusive);
            kernel.record(op, Some(id), at, |entry| entry.after = (shown.value)());
            true
        })
    }

    /// Takes the lock if it is free. Shared, it may also count as not free while a writer waits: std's own readers
    /// back off then on most platforms, and it promises neither.
    pub fn try_lock(&self, exclusive: bool, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        let op = if exclusive { Op::TryWriteLock } else { Op::TryReadLock };
        kernel::with(|kernel| kernel.look(self.object.subject()));
        let turn = kernel::step(Step::on(op, id, at));
        let free = self.free_for(exclusive) && turn != Turn::Queue;
        kernel::with(|kernel| {
            if free {
                self.take(kernel, id, exclusive);
            }
            kernel.record(op, Some(id), at, |entry| {
                entry.ok = Some(free);
                if free {
                    entry.after = (shown.value)();
                }
            });
        });
        free
    }

    /// Releases one hold of the lock. `wrote` is where the value was last borrowed mutably.
    pub fn unlock(&self, exclusive: bool, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>) {
        let id = self.enter(shown);
        let op = if exclusive { Op::WriteUnlock } else { Op::ReadUnlock };
        kernel::release(op, Some(id), self.object.subject(), wrote);
        kernel::with(|kernel| {
            self.let_go(kernel, id, exclusive, shown, before, wrote);
        });
    }

    fn let_go(
        &self,
        kernel: &mut Kernel,
        id: ObjectId,
        exclusive: bool,
        shown: &Shown<'_>,
        before: Scalar,
        wrote: Option<Place>,
    ) {
        let op = if exclusive { Op::WriteUnlock } else { Op::ReadUnlock };
        let readers = if exclusive { 0 } else { self.readers.get().saturating_sub(1) };
        self.set_holders(kernel, id, readers, false);
        let after = (shown.value)();
        if wrote.is_some() {
            kernel.writes(id, before, after);
        }
        kernel.record(op, Some(id), wrote, |entry| {
            entry.before = before;
            entry.after = after;
        });
    }

    /// Turns the caller's exclusive hold into a shared one.
    pub fn downgrade(&self, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>, at: Place) {
        let id = self.enter(shown);
        kernel::release(Op::WriteUnlock, Some(id), self.object.subject(), Some(at));
        kernel::with(|kernel| {
            self.let_go(kernel, id, true, shown, before, wrote);
            self.take(kernel, id, false);
            kernel.record(Op::ReadLock, Some(id), at, |entry| entry.after = (shown.value)());
        });
    }

    /// A scheduling point before looking at, or changing, whether the lock is poisoned.
    pub fn poison_point(&self, shown: &Shown<'_>, at: Place) {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryWriteLock, id, at));
    }

    /// The lock was poisoned, or has been healed.
    pub fn poison(&self, shown: &Shown<'_>, poisoned: &Cell<bool>, poison: bool) {
        poison_change(self.enter(shown), poisoned, poison);
    }
}

impl Default for RawRwLock {
    #[track_caller]
    fn default() -> Self {
        RawRwLock::new()
    }
}
