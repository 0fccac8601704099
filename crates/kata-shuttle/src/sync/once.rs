//! `std::sync::Once`, and the cell under `OnceLock` and `LazyLock`.

use std::cell::Cell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use kata_trace::{ObjectId, ObjectKind, Op};

use crate::kernel::{self, Kernel, Place, Readiness, Step, parts};
use crate::object::{Entered, Object};
use crate::sync::coroutine_safe;

/// How far an initialisation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It has not begun.
    Empty,
    /// Somebody is at it.
    Running,
    /// It is over.
    Done,
    /// It panicked.
    Poisoned,
}

/// The state of an initialisation: what `Once`, `OnceLock` and `LazyLock`, of std and of other crates, are made of.
#[derive(Debug)]
pub struct RawOnce {
    object: Object,
    phase: Cell<Phase>,
}

coroutine_safe! {
    unsafe impl [] Sync for RawOnce;
}

impl RawOnce {
    /// An initialisation that has come so far.
    #[track_caller]
    #[must_use]
    pub const fn new(phase: Phase) -> Self {
        RawOnce { object: Object::new(), phase: Cell::new(phase) }
    }

    /// The object's number. `restore` runs at the first use in an execution.
    pub fn enter(&self, restore: impl FnOnce(Entered)) -> ObjectId {
        let (id, entered) = self.object.enter(ObjectKind::Once);
        if entered != Entered::Again {
            if entered == Entered::LeftOver {
                self.phase.set(Phase::Empty);
            }
            restore(entered);
        }
        id
    }

    /// How far it has come, for what has an exclusive borrow.
    #[must_use]
    pub fn phase(&self) -> Phase {
        self.phase.get()
    }

    /// For what has an exclusive borrow, or runs before anybody else can.
    pub fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
    }

    fn change_phase(&self, id: ObjectId, phase: Phase) {
        let before = self.phase.replace(phase);
        kernel::with(|kernel| kernel.changes(id, parts::PHASE, before as u64, phase as u64));
    }

    /// What is done stays done.
    fn readiness(&self, ready: bool) -> Readiness {
        if self.phase.get() == Phase::Done { Readiness::Free } else { Readiness::when(ready) }
    }

    /// Waits while somebody else initialises. Returns the phase found: never [`Phase::Running`].
    pub fn wait(&self, id: ObjectId, at: Place) -> Phase {
        let over = |_: &Kernel| self.readiness(self.phase.get() != Phase::Running);
        kernel::step(Step::on(Op::InitWait, id, at).when(&over));
        self.phase.get()
    }

    /// Waits until somebody has initialised, or, if `or_poisoned`, has tried to.
    pub fn wait_done(&self, id: ObjectId, or_poisoned: bool, at: Place) {
        let over = |_: &Kernel| self.readiness(or_poisoned && self.phase.get() == Phase::Poisoned);
        kernel::step(Step::on(Op::InitWait, id, at).when(&over));
        let ok = self.phase.get() == Phase::Done;
        kernel::with(|kernel| kernel.record(Op::InitWait, Some(id), at, |entry| entry.ok = Some(ok)));
    }

    /// Looks without waiting.
    pub fn look(&self, id: ObjectId, at: Place) -> Phase {
        kernel::with(|kernel| kernel.look(self.object.subject()));
        kernel::step(Step::on(Op::InitWait, id, at).when(&|_| self.readiness(true)));
        let phase = self.phase.get();
        kernel::with(|kernel| {
            kernel.record(Op::InitWait, Some(id), at, |entry| entry.ok = Some(phase == Phase::Done));
        });
        phase
    }

    /// Runs an initialiser; `after_panic` is the phase that its panic leaves.
    pub fn run<R>(&self, id: ObjectId, at: Place, after_panic: Phase, init: impl FnOnce() -> R) -> R {
        struct Restore<'a>(&'a RawOnce, ObjectId, Phase);
        impl Drop for Restore<'_> {
            fn drop(&mut self) {
                self.0.change_phase(self.1, self.2);
            }
        }
        self.change_phase(id, Phase::Running);
        kernel::with(|kernel| kernel.record(Op::InitBegin, Some(id), at, |_| {}));
        let restore = Restore(self, id, after_panic);
        let value = init();
        std::mem::forget(restore);
        value
    }

    /// The initialiser is over and its value in place.
    pub fn done(&self, id: ObjectId, at: Place) {
        kernel::release(Op::InitEnd, Some(id), self.object.subject(), Some(at));
        self.change_phase(id, Phase::Done);
        kernel::with(|kernel| kernel.record(Op::InitEnd, Some(id), at, |_| {}));
    }
}

/// `std::sync::Once` in this world.
pub struct Once {
    raw: RawOnce,
}

/// `std::sync::OnceState` in this world.
pub struct OnceState {
    poisoned: bool,
}

impl UnwindSafe for Once {}
impl RefUnwindSafe for Once {}

impl Once {
    /// An initialisation that has not run.
    #[allow(clippy::new_without_default, reason = "std's has none")]
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        Once { raw: RawOnce::new(Phase::Empty) }
    }

    /// Runs `init` unless one has run; waits for one that is running.
    ///
    /// # Panics
    ///
    /// If an earlier initialiser panicked.
    #[track_caller]
    pub fn call_once<F: FnOnce()>(&self, init: F) {
        self.call(false, Location::caller(), |_| init());
    }

    /// As [`Once::call_once`], also after an initialiser has panicked.
    #[track_caller]
    pub fn call_once_force<F: FnOnce(&OnceState)>(&self, init: F) {
        self.call(true, Location::caller(), init);
    }

    fn call(&self, force: bool, at: Place, init: impl FnOnce(&OnceState)) {
        let id = self.raw.enter(|_| {});
        let phase = self.raw.wait(id, at);
        match phase {
            Phase::Done => {
                kernel::with(|kernel| kernel.record(Op::InitWait, Some(id), at, |entry| entry.ok = Some(true)));
            }
            Phase::Poisoned if !force => panic!("Once instance has previously been poisoned"),
            _ => {
                let state = OnceState { poisoned: phase == Phase::Poisoned };
                self.raw.run(id, at, Phase::Poisoned, || init(&state));
                self.raw.done(id, at);
            }
        }
    }

    /// Whether an initialiser has run.
    #[track_caller]
    pub fn is_completed(&self) -> bool {
        let id = self.raw.enter(|_| {});
        self.raw.look(id, Location::caller()) == Phase::Done
    }

    /// Waits until an initialiser has run.
    ///
    /// # Panics
    ///
    /// If it panicked.
    #[track_caller]
    pub fn wait(&self) {
        self.wait_at(false, Location::caller());
    }

    /// As [`Once::wait`], through panicked initialisers.
    #[track_caller]
    pub fn wait_force(&self) {
        self.wait_at(true, Location::caller());
    }

    fn wait_at(&self, force: bool, at: Place) {
        let id = self.raw.enter(|_| {});
        self.raw.wait_done(id, !force, at);
        assert!(self.raw.phase() == Phase::Done, "Once instance has previously been poisoned");
    }
}

impl OnceState {
    /// Whether an earlier initialiser panicked.
    #[must_use]
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }
}

impl fmt::Debug for Once {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").finish_non_exhaustive()
    }
}

impl fmt::Debug for OnceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceState").field("poisoned", &self.poisoned).finish()
    }
}
