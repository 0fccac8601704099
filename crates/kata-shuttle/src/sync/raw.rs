//! Locks without a value: what `Mutex` and `RwLock`, of std and of other crates, are made of.

use std::cell::Cell;

use kata::Scalar;
use kata_trace::{Cause, ObjectId, ObjectKind, Op};

use crate::choice::Turn;
use crate::kernel::{self, Place, Step};
use crate::object::{Entered, Object, Original};
use crate::sync::coroutine_safe;

/// What a lock protects, as far as the log shows it.
pub struct Shown<'a> {
    /// Restores or remembers the value at the first use in an execution.
    pub(crate) enter: &'a dyn Fn(Entered),
    /// The value.
    pub(crate) value: &'a dyn Fn() -> Scalar,
}

/// A mutual exclusion lock.
#[derive(Debug)]
pub struct RawMutex {
    object: Object,
    locked: Cell<bool>,
}

/// A reader–writer lock.
#[derive(Debug)]
pub struct RawRwLock {
    object: Object,
    readers: Cell<usize>,
    writer: Cell<bool>,
}

/// The original of a lock's value, see [`Original`].
pub struct Memory(Original);

impl Memory {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Memory(Original::new())
    }

    pub(crate) fn apply<T: ?Sized>(&self, entered: Entered, value: *mut T) {
        self.0.apply(entered, value);
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

coroutine_safe! {
    unsafe impl [] Sync for RawMutex;
    unsafe impl [] Sync for RawRwLock;
    unsafe impl [] Sync for Memory;
}

impl RawMutex {
    /// Unlocked.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        RawMutex { object: Object::new(), locked: Cell::new(false) }
    }

    fn enter(&self, shown: &Shown<'_>) -> ObjectId {
        let (id, entered) = self.object.enter(ObjectKind::Mutex);
        if entered != Entered::Again {
            if entered == Entered::LeftOver {
                self.locked.set(false);
            }
            (shown.enter)(entered);
        }
        id
    }

    /// Waits until the lock is free and takes it. Returns `false` if `deadline` passed first.
    pub(crate) fn lock(&self, shown: &Shown<'_>, deadline: Option<std::time::Duration>, at: Place) -> bool {
        let id = self.enter(shown);
        let turn = kernel::step(Step::new(Op::Lock, id, at).when(&|_| !self.locked.get()).until(deadline));
        if turn == Turn::Timeout {
            kernel::with(|kernel| {
                kernel.record(Op::TryLock, Some(id), at, |entry| {
                    entry.ok = Some(false);
                    entry.cause = Some(Cause::Timeout);
                });
            });
            return false;
        }
        self.locked.set(true);
        kernel::with(|kernel| kernel.record(Op::Lock, Some(id), at, |entry| entry.after = (shown.value)()));
        true
    }

    /// Takes the lock if it is free.
    pub(crate) fn try_lock(&self, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(kernel::Kernel::look);
        kernel::step(Step::new(Op::TryLock, id, at));
        let free = !self.locked.replace(true);
        kernel::with(|kernel| {
            kernel.record(Op::TryLock, Some(id), at, |entry| {
                entry.ok = Some(free);
                if free {
                    entry.after = (shown.value)();
                }
            });
            if !free {
                kernel.observed(id, at, Scalar::None);
            }
        });
        free
    }

    /// Releases the lock. `wrote` is where the value was last borrowed mutably.
    pub(crate) fn unlock(&self, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>) {
        let id = self.enter(shown);
        release_point(Op::Unlock, id, wrote);
        self.locked.set(false);
        kernel::with(|kernel| {
            kernel.record(Op::Unlock, Some(id), wrote, |entry| {
                entry.before = before;
                entry.after = (shown.value)();
            });
        });
    }

    /// Whether somebody holds it.
    pub(crate) fn is_locked(&self, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(kernel::Kernel::look);
        kernel::step(Step::new(Op::TryLock, id, at));
        kernel::with(|kernel| kernel.observed(id, at, Scalar::Bool(self.locked.get())));
        self.locked.get()
    }
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

    fn take(&self, exclusive: bool) {
        if exclusive {
            self.writer.set(true);
        } else {
            self.readers.set(self.readers.get() + 1);
        }
    }

    pub(crate) fn lock(
        &self,
        exclusive: bool,
        shown: &Shown<'_>,
        deadline: Option<std::time::Duration>,
        at: Place,
    ) -> bool {
        let id = self.enter(shown);
        let op = if exclusive { Op::WriteLock } else { Op::ReadLock };
        let turn = kernel::step(Step::new(op, id, at).when(&|_| self.free_for(exclusive)).until(deadline));
        if turn == Turn::Timeout {
            let op = if exclusive { Op::TryWriteLock } else { Op::TryReadLock };
            kernel::with(|kernel| {
                kernel.record(op, Some(id), at, |entry| {
                    entry.ok = Some(false);
                    entry.cause = Some(Cause::Timeout);
                });
            });
            return false;
        }
        self.take(exclusive);
        kernel::with(|kernel| kernel.record(op, Some(id), at, |entry| entry.after = (shown.value)()));
        true
    }

    pub(crate) fn try_lock(&self, exclusive: bool, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        let op = if exclusive { Op::TryWriteLock } else { Op::TryReadLock };
        kernel::with(kernel::Kernel::look);
        kernel::step(Step::new(op, id, at));
        let free = self.free_for(exclusive);
        if free {
            self.take(exclusive);
        }
        kernel::with(|kernel| {
            kernel.record(op, Some(id), at, |entry| {
                entry.ok = Some(free);
                if free {
                    entry.after = (shown.value)();
                }
            });
            if !free {
                kernel.observed(id, at, Scalar::None);
            }
        });
        free
    }

    pub(crate) fn unlock(&self, exclusive: bool, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>) {
        let id = self.enter(shown);
        let op = if exclusive { Op::WriteUnlock } else { Op::ReadUnlock };
        release_point(op, id, wrote);
        if exclusive {
            self.writer.set(false);
        } else {
            self.readers.set(self.readers.get().saturating_sub(1));
        }
        kernel::with(|kernel| {
            kernel.record(op, Some(id), wrote, |entry| {
                entry.before = before;
                entry.after = (shown.value)();
            });
        });
    }

    /// Turns the caller's exclusive hold into a shared one.
    pub(crate) fn downgrade(&self) {
        self.writer.set(false);
        self.readers.set(1);
    }
}

impl Default for RawMutex {
    #[track_caller]
    fn default() -> Self {
        RawMutex::new()
    }
}

impl Default for RawRwLock {
    #[track_caller]
    fn default() -> Self {
        RawRwLock::new()
    }
}

/// A scheduling point before a release, in programs that can tell.
pub(crate) fn release_point(op: Op, id: ObjectId, wrote: Option<Place>) {
    if kernel::with(|kernel| kernel.releases_show()) {
        kernel::step(Step::new(op, id, wrote.unwrap_or(std::panic::Location::caller())));
    }
}
