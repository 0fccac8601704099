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

/// How a reader–writer lock is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// With other readers. Whoever asks for it while a writer waits may have to queue behind the writer.
    Shared,
    /// With other readers, and never behind a writer that waits. parking_lot has it.
    Recursive,
    /// With other readers, by one who may become the writer. parking_lot has it.
    Upgradable,
    /// Alone.
    Exclusive,
}

/// A reader–writer lock.
#[derive(Debug)]
pub struct RawRwLock {
    object: Object,
    holders: Cell<Holders>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Holders {
    readers: usize,
    upgradable: bool,
    writer: bool,
}

impl Holders {
    fn free_for(self, hold: Hold) -> bool {
        match hold {
            Hold::Shared | Hold::Recursive => !self.writer,
            Hold::Upgradable => !self.writer && !self.upgradable,
            Hold::Exclusive => !self.writer && !self.upgradable && self.readers == 0,
        }
    }

    fn with(mut self, hold: Hold) -> Self {
        match hold {
            Hold::Shared | Hold::Recursive => self.readers += 1,
            Hold::Upgradable => self.upgradable = true,
            Hold::Exclusive => self.writer = true,
        }
        self
    }

    fn without(mut self, hold: Hold) -> Self {
        match hold {
            Hold::Shared | Hold::Recursive => self.readers = self.readers.saturating_sub(1),
            Hold::Upgradable => self.upgradable = false,
            Hold::Exclusive => self.writer = false,
        }
        self
    }

    fn code(self) -> u64 {
        (self.readers as u64) << 2 | u64::from(self.upgradable) << 1 | u64::from(self.writer)
    }
}

impl Hold {
    fn lock(self) -> Op {
        if self == Hold::Exclusive { Op::WriteLock } else { Op::ReadLock }
    }

    fn try_lock(self) -> Op {
        if self == Hold::Exclusive { Op::TryWriteLock } else { Op::TryReadLock }
    }

    fn unlock(self) -> Op {
        if self == Hold::Exclusive { Op::WriteUnlock } else { Op::ReadUnlock }
    }

    fn queues(self) -> bool {
        self == Hold::Shared
    }
}

coroutine_safe! {
    unsafe impl [] Sync for RawRwLock;
}

impl RawRwLock {
    /// Unlocked.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        let holders = Holders { readers: 0, upgradable: false, writer: false };
        RawRwLock { object: Object::new(), holders: Cell::new(holders) }
    }

    fn enter(&self, shown: &Shown<'_>) -> ObjectId {
        let (id, entered) = self.object.enter(ObjectKind::RwLock);
        if entered != Entered::Again {
            if entered == Entered::LeftOver {
                self.holders.take();
            }
            (shown.enter)(entered);
        }
        id
    }

    fn set(&self, kernel: &mut Kernel, id: ObjectId, holders: Holders) {
        let before = self.holders.replace(holders);
        kernel.changes(id, parts::HOLDERS, before.code(), holders.code());
    }

    fn take(&self, kernel: &mut Kernel, id: ObjectId, hold: Hold, at: Place) {
        self.set(kernel, id, self.holders.get().with(hold));
        kernel.holds(id, at);
    }

    /// Waits until the lock is free and takes it. Returns `false` if `deadline` passed first.
    pub fn lock(&self, hold: Hold, shown: &Shown<'_>, deadline: Option<Duration>, at: Place) -> bool {
        let id = self.enter(shown);
        let free = |_: &Kernel| Readiness::when(self.holders.get().free_for(hold));
        let step = Step { queues: hold.queues(), ..Step::on(hold.lock(), id, at) };
        self.wait(id, step.when(&free), hold.try_lock(), deadline, at, |kernel| {
            self.take(kernel, id, hold, at);
            kernel.record(hold.lock(), Some(id), at, |entry| entry.after = (shown.value)());
        })
    }

    fn wait(
        &self,
        id: ObjectId,
        step: Step<'_>,
        attempt: Op,
        deadline: Option<Duration>,
        at: Place,
        take: impl FnOnce(&mut Kernel),
    ) -> bool {
        if deadline.is_some() {
            // How long the lock is held shows.
            kernel::with(|kernel| kernel.look(self.object.subject()));
        }
        let turn = kernel::step(step.until(deadline));
        kernel::with(|kernel| {
            if turn == Turn::Timeout {
                kernel.record(attempt, Some(id), at, timed_out);
                return false;
            }
            take(kernel);
            true
        })
    }

    /// Takes the lock if it is free. Shared, it may also count as not free while a writer waits: std's own readers
    /// back off then on most platforms, and it promises neither.
    pub fn try_lock(&self, hold: Hold, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        let turn = kernel::step(Step { queues: hold.queues(), ..Step::on(hold.try_lock(), id, at) });
        let free = self.holders.get().free_for(hold) && turn != Turn::Queue;
        kernel::with(|kernel| {
            if free {
                self.take(kernel, id, hold, at);
            }
            kernel.record(hold.try_lock(), Some(id), at, |entry| {
                entry.ok = Some(free);
                if free {
                    entry.after = (shown.value)();
                }
            });
        });
        free
    }

    /// Releases one hold of the lock. `wrote` is where the value was last borrowed mutably.
    pub fn unlock(&self, hold: Hold, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>) {
        let id = self.enter(shown);
        kernel::release(hold.unlock(), Some(id), self.object.subject(), wrote);
        kernel::with(|kernel| self.let_go(kernel, id, hold, shown, before, wrote));
    }

    fn let_go(
        &self,
        kernel: &mut Kernel,
        id: ObjectId,
        hold: Hold,
        shown: &Shown<'_>,
        before: Scalar,
        wrote: Option<Place>,
    ) {
        self.set(kernel, id, self.holders.get().without(hold));
        kernel.lets_go(id);
        let after = (shown.value)();
        if wrote.is_some() {
            kernel.writes(id, before, after);
        }
        kernel.record(hold.unlock(), Some(id), wrote, |entry| {
            entry.before = before;
            entry.after = after;
        });
    }

    /// Turns the caller's hold into a weaker one, with nobody in between.
    pub fn downgrade(
        &self,
        (from, to): (Hold, Hold),
        shown: &Shown<'_>,
        before: Scalar,
        wrote: Option<Place>,
        at: Place,
    ) {
        let id = self.enter(shown);
        kernel::release(from.unlock(), Some(id), self.object.subject(), Some(at));
        kernel::with(|kernel| {
            self.let_go(kernel, id, from, shown, before, wrote);
            self.take(kernel, id, to, at);
            kernel.record(to.lock(), Some(id), at, |entry| entry.after = (shown.value)());
        });
    }

    /// Waits until the caller, who holds the lock [`Hold::Upgradable`], is alone, and makes it the writer. Returns
    /// `false` if `deadline` passed first.
    pub fn upgrade(&self, shown: &Shown<'_>, deadline: Option<Duration>, at: Place) -> bool {
        let id = self.enter(shown);
        let alone = |_: &Kernel| Readiness::when(self.holders.get().readers == 0);
        let step = Step::on(Op::WriteLock, id, at).when(&alone);
        self.wait(id, step, Op::TryWriteLock, deadline, at, |kernel| self.become_writer(kernel, id, shown, at))
    }

    /// Makes the caller, who holds the lock [`Hold::Upgradable`], the writer if it is alone.
    pub fn try_upgrade(&self, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryWriteLock, id, at));
        let alone = self.holders.get().readers == 0;
        kernel::with(|kernel| {
            if alone {
                self.become_writer(kernel, id, shown, at);
            } else {
                kernel.record(Op::TryWriteLock, Some(id), at, |entry| entry.ok = Some(false));
            }
        });
        alone
    }

    fn become_writer(&self, kernel: &mut Kernel, id: ObjectId, shown: &Shown<'_>, at: Place) {
        self.set(kernel, id, self.holders.get().without(Hold::Upgradable).with(Hold::Exclusive));
        kernel.record(Op::ReadUnlock, Some(id), at, |_| {});
        kernel.record(Op::WriteLock, Some(id), at, |entry| entry.after = (shown.value)());
    }

    /// Whether somebody holds it, or somebody holds it alone.
    pub fn is_locked(&self, exclusively: bool, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryWriteLock, id, at));
        let holders = self.holders.get();
        if exclusively { holders.writer } else { holders.code() != 0 }
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
