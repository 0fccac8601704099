//! `parking_lot::Once`.

use std::fmt;
use std::panic::{Location, RefUnwindSafe};

use kata_shuttle::sync::raw::{Phase, RawOnce};

use crate::guarded::Place;

/// `parking_lot::Once` in this world.
pub struct Once {
    raw: RawOnce,
}

/// `parking_lot::OnceState` in this world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnceState {
    /// It has not run.
    New,
    /// It panicked.
    Poisoned,
    /// It is running.
    InProgress,
    /// It has run.
    Done,
}

impl OnceState {
    /// Whether it panicked.
    #[must_use]
    pub fn poisoned(self) -> bool {
        self == OnceState::Poisoned
    }

    /// Whether it has run.
    #[must_use]
    pub fn done(self) -> bool {
        self == OnceState::Done
    }
}

impl From<Phase> for OnceState {
    fn from(phase: Phase) -> Self {
        match phase {
            Phase::Empty => OnceState::New,
            Phase::Running => OnceState::InProgress,
            Phase::Done => OnceState::Done,
            Phase::Poisoned => OnceState::Poisoned,
        }
    }
}

impl RefUnwindSafe for Once {}

impl Once {
    /// An initialisation that has not run.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        Once { raw: RawOnce::new(Phase::Empty) }
    }

    /// How far it has come.
    #[track_caller]
    pub fn state(&self) -> OnceState {
        let id = self.raw.enter(|_| {});
        self.raw.look(id, Location::caller()).into()
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
    pub fn call_once_force<F: FnOnce(OnceState)>(&self, init: F) {
        self.call(true, Location::caller(), init);
    }

    #[track_caller]
    fn call(&self, force: bool, at: Place, init: impl FnOnce(OnceState)) {
        let id = self.raw.enter(|_| {});
        let phase = self.raw.wait(id, at);
        match phase {
            Phase::Done => {}
            Phase::Poisoned if !force => panic!("Once instance has previously been poisoned"),
            _ => {
                self.raw.run(id, at, Phase::Poisoned, || init(phase.into()));
                self.raw.done(id, at);
            }
        }
    }
}

impl Default for Once {
    #[track_caller]
    fn default() -> Self {
        Once::new()
    }
}

impl fmt::Debug for Once {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Once").field("state", &self.state()).finish()
    }
}
