//! `std::sync::LazyLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::Deref;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use crate::sync::coroutine_safe;
use crate::sync::once::{Phase, RawOnce};
use crate::sync::raw::Memory;

enum State<T, F> {
    Init(F),
    Value(T),
    Taken,
}

/// `std::sync::LazyLock` in this world.
pub struct LazyLock<T, F = fn() -> T> {
    raw: RawOnce,
    memory: Memory,
    state: UnsafeCell<State<T, F>>,
}

coroutine_safe! {
    unsafe impl [T: Send, F: Send] Send for LazyLock<T, F>;
    unsafe impl [T: Send + Sync, F: Send] Sync for LazyLock<T, F>;
}
impl<T: RefUnwindSafe + UnwindSafe, F: UnwindSafe> RefUnwindSafe for LazyLock<T, F> {}
impl<T: UnwindSafe, F: UnwindSafe> UnwindSafe for LazyLock<T, F> {}

impl<T, F: FnOnce() -> T> LazyLock<T, F> {
    /// A value that `init` makes at its first use.
    #[track_caller]
    pub const fn new(init: F) -> Self {
        LazyLock { raw: RawOnce::new(Phase::Empty), memory: Memory::new(), state: UnsafeCell::new(State::Init(init)) }
    }

    /// The value; makes it if need be, and waits for one that is being made.
    ///
    /// # Panics
    ///
    /// If the initialiser has panicked.
    #[track_caller]
    pub fn force(this: &Self) -> &T {
        let at = Location::caller();
        let id = this.raw.enter(|entered| this.memory.apply(entered, this.state.get()));
        match this.raw.wait(id, at) {
            Phase::Done => {}
            Phase::Empty => {
                // SAFETY: the phase was `Empty`: nobody has a reference, and `Running` keeps the others out.
                #[allow(unsafe_code, reason = "the state is written by the thread that initialises")]
                let state = unsafe { &mut *this.state.get() };
                let State::Init(init) = std::mem::replace(state, State::Taken) else {
                    unreachable!("an empty cell has its initialiser")
                };
                let value = this.raw.run(id, at, Phase::Poisoned, init);
                *state = State::Value(value);
                this.raw.done(id, at);
            }
            _ => panic!("LazyLock instance has previously been poisoned"),
        }
        // SAFETY: once `Done`, the state is not written any more.
        #[allow(unsafe_code, reason = "the state is written once")]
        match unsafe { &*this.state.get() } {
            State::Value(value) => value,
            _ => unreachable!("a finished cell has its value"),
        }
    }
}

impl<T, F: FnOnce() -> T> Deref for LazyLock<T, F> {
    type Target = T;

    #[track_caller]
    fn deref(&self) -> &T {
        LazyLock::force(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("LazyLock");
        // SAFETY: the value is read only once it is finished.
        #[allow(unsafe_code, reason = "the state is written once")]
        match unsafe { &*self.state.get() } {
            State::Value(value) if self.raw.phase() == Phase::Done => debug.field(value),
            _ => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}
