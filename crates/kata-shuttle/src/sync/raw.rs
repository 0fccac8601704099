//! Locks without a value: what `Mutex`, `RwLock` and `Condvar`, of std and of other crates, are made of.

mod condvar;
mod mutex;
mod rwlock;

use std::cell::Cell;

use kata::{Entry, Scalar};
use kata_trace::{Cause, ObjectId};

use crate::kernel::{self, parts};
pub use crate::object::Entered;
use crate::object::Original;
use crate::sync::coroutine_safe;
pub use crate::sync::once::{Phase, RawOnce};

pub use condvar::RawCondvar;
pub use mutex::RawMutex;
pub use rwlock::{Hold, RawRwLock};

/// What a lock protects, as far as the log shows it.
pub struct Shown<'a> {
    /// Restores or remembers the value at the first use in an execution: [`Memory::apply`].
    pub enter: &'a dyn Fn(Entered),
    /// The value.
    pub value: &'a dyn Fn() -> Scalar,
}

/// The original of a lock's value: statics start each execution with it.
pub struct Memory(Original);

impl Memory {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Memory(Original::new())
    }

    /// Remembers the value at its first use, and puts it back at its first use in a later execution.
    pub fn apply<T: ?Sized>(&self, entered: Entered, value: *mut T) {
        self.0.apply(entered, value);
    }
}

impl Default for Memory {
    fn default() -> Self {
        Memory::new()
    }
}

coroutine_safe! {
    unsafe impl [] Sync for Memory;
}

fn poison_change(id: ObjectId, poisoned: &Cell<bool>, poison: bool) {
    let before = poisoned.replace(poison);
    kernel::with(|kernel| kernel.changes(id, parts::POISON, u64::from(before), u64::from(poison)));
}

fn timed_out(entry: &mut Entry) {
    entry.ok = Some(false);
    entry.cause = Some(Cause::Timeout);
}
