//! A mutual exclusion lock without a value.

use std::cell::Cell;
use std::time::Duration;

use kata_trace::{ObjectId, ObjectKind, Op};

use super::{Shown, poison_change, timed_out};
use crate::choice::Turn;
use crate::kernel::{self, Kernel, Place, Readiness, Step, parts};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;
use kata::Scalar;

/// A mutual exclusion lock.
#[derive(Debug)]
pub struct RawMutex {
    object: Object,
    locked: Cell<bool>,
}

coroutine_safe! {
    unsafe impl [] Sync for RawMutex;
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

    /// Restores or remembers the value, if this is the first use in an execution.
    pub fn touch(&self, shown: &Shown<'_>) {
        self.enter(shown);
    }

    fn set_locked(&self, kernel: &mut Kernel, id: ObjectId, locked: bool) {
        let before = self.locked.replace(locked);
        kernel.changes(id, parts::HOLDERS, u64::from(before), u64::from(locked));
    }

    /// Waits until the lock is free and takes it. Returns `false` if `deadline` passed first.
    pub fn lock(&self, shown: &Shown<'_>, deadline: Option<Duration>, at: Place) -> bool {
        let id = self.enter(shown);
        if deadline.is_some() {
            // How long the lock is held shows.
            kernel::with(|kernel| kernel.look(self.object.subject()));
        }
        let free = |_: &Kernel| Readiness::when(!self.locked.get());
        let turn = kernel::step(Step::on(Op::Lock, id, at).when(&free).until(deadline));
        kernel::with(|kernel| {
            if turn == Turn::Timeout {
                kernel.record(Op::TryLock, Some(id), at, timed_out);
                return false;
            }
            self.set_locked(kernel, id, true);
            kernel.holds(id, at);
            kernel.record(Op::Lock, Some(id), at, |entry| entry.after = (shown.value)());
            true
        })
    }

    /// Takes the lock if it is free.
    pub fn try_lock(&self, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryLock, id, at));
        kernel::with(|kernel| {
            let free = !self.locked.get();
            self.set_locked(kernel, id, true);
            if free {
                kernel.holds(id, at);
            }
            kernel.record(Op::TryLock, Some(id), at, |entry| {
                entry.ok = Some(free);
                if free {
                    entry.after = (shown.value)();
                }
            });
            free
        })
    }

    /// Releases the lock. `wrote` is where the value was last borrowed mutably.
    pub fn unlock(&self, shown: &Shown<'_>, before: Scalar, wrote: Option<Place>) {
        let id = self.enter(shown);
        kernel::release(Op::Unlock, Some(id), self.object.subject(), wrote);
        kernel::with(|kernel| {
            self.set_locked(kernel, id, false);
            kernel.lets_go(id);
            let after = (shown.value)();
            if wrote.is_some() {
                kernel.writes(id, before, after);
            }
            kernel.record(Op::Unlock, Some(id), wrote, |entry| {
                entry.before = before;
                entry.after = after;
            });
        });
    }

    /// Whether somebody holds it.
    pub fn is_locked(&self, shown: &Shown<'_>, at: Place) -> bool {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryLock, id, at));
        self.locked.get()
    }

    /// A scheduling point before looking at, or changing, whether the lock is poisoned.
    pub fn poison_point(&self, shown: &Shown<'_>, at: Place) {
        let id = self.enter(shown);
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::TryLock, id, at));
    }

    /// The lock was poisoned, or has been healed.
    pub fn poison(&self, shown: &Shown<'_>, poisoned: &Cell<bool>, poison: bool) {
        poison_change(self.enter(shown), poisoned, poison);
    }
}

impl Default for RawMutex {
    #[track_caller]
    fn default() -> Self {
        RawMutex::new()
    }
}
