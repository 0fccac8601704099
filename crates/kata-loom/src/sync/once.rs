//! `Once`, and what `OnceLock` and `LazyLock` have in common with it.

use std::cell::Cell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use kata_trace::{ObjectKind, Op, ThreadId};

use crate::execution::{self, Place};
use crate::object::Object;
use crate::point::{Handover, Sleepers};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Running(ThreadId),
    Done,
}

/// An initialisation that takes place once. Its end happens before everything that follows from finding it done.
pub(super) struct Initialisation {
    object: Object,
    /// Released once: by the end.
    handover: Handover,
    state: Cell<State>,
    sleepers: Sleepers,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Initialisation {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Initialisation {}

impl Initialisation {
    #[track_caller]
    pub(super) fn new() -> Self {
        Initialisation {
            object: Object::new(ObjectKind::Once),
            handover: Handover::new(),
            state: Cell::new(State::New),
            sleepers: Sleepers::default(),
        }
    }

    /// Runs `initialise` unless somebody has done so, and waits while somebody does. A thread that comes back here from
    /// its own `initialise` waits for ever, as in std.
    pub(super) fn run(&self, at: Place, initialise: impl FnOnce()) {
        if self.begin(at) {
            initialise();
            self.end(at);
        }
    }

    fn begin(&self, at: Place) -> bool {
        let object = self.object.id(at);
        execution::attempt(Op::InitWait, Some(object), None, at);
        loop {
            self.handover.acquire();
            match self.state.get() {
                State::New => break,
                State::Running(_) => self.sleepers.sleep(),
                State::Done => {
                    execution::complete(|entry| entry.ok = Some(true));
                    return false;
                }
            }
        }
        self.state.set(State::Running(execution::me()));
        execution::complete(|entry| entry.op = Op::InitBegin);
        true
    }

    fn end(&self, at: Place) {
        let object = self.object.id(at);
        execution::attempt(Op::InitEnd, Some(object), None, at);
        self.handover.release();
        self.state.set(State::Done);
        execution::complete(|_| {});
        self.sleepers.wake();
    }

    /// Waits until somebody has run the initialisation.
    pub(super) fn wait(&self, at: Place) {
        execution::attempt(Op::InitWait, Some(self.object.id(at)), None, at);
        self.handover.acquire();
        while self.state.get() != State::Done {
            self.sleepers.sleep();
            self.handover.acquire();
        }
        execution::complete(|entry| entry.ok = Some(true));
    }

    /// Whether the end of the initialisation is known here.
    pub(super) fn is_done(&self, at: Place) -> bool {
        let object = self.object.id(at);
        execution::attempt(Op::InitWait, Some(object), None, at);
        let done = self.handover.glance();
        execution::complete(|entry| entry.ok = Some(done));
        if !done {
            execution::observed(object, at, 0);
        }
        done
    }
}

/// `std::sync::Once`. It is never poisoned: a panic ends the exploration.
pub struct Once(Initialisation);

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

/// `std::sync::OnceState`.
pub struct OnceState(());

impl OnceState {
    /// `false`.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        false
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState").field("poisoned", &false).finish()
    }
}

impl Once {
    /// Something to be done once. Not `const`: loom follows every one from its creation.
    #[must_use]
    #[track_caller]
    #[allow(clippy::new_without_default, reason = "as in std")]
    pub fn new() -> Self {
        Once(Initialisation::new())
    }

    /// Calls `f` if nobody has, or waits until somebody's call has returned.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, f: F) {
        self.0.run(Location::caller(), f);
    }

    /// [`Once::call_once`]: nothing is ever poisoned here.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, f: F) {
        self.0.run(Location::caller(), || f(&OnceState(())));
    }

    /// Whether a call is known to have returned.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        self.0.is_done(Location::caller())
    }

    /// Waits until somebody's call has returned.
    #[track_caller]
    pub fn wait(&self) {
        self.0.wait(Location::caller());
    }

    /// [`Once::wait`]: nothing is ever poisoned here.
    #[track_caller]
    pub fn wait_force(&self) {
        self.0.wait(Location::caller());
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}
