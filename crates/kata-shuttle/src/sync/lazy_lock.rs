//! `std::sync::LazyLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use kata_trace::ObjectId;

use crate::sync::coroutine_safe;
use crate::sync::once::{Phase, RawOnce};
use crate::sync::raw::Memory;

enum State<T, F> {
    Init(F),
    Value(T),
    Taken,
}

impl<T, F> State<T, F> {
    fn take_init(&mut self) -> F {
        match std::mem::replace(self, State::Taken) {
            State::Init(init) => init,
            _ => unreachable!("an empty cell has its initialiser"),
        }
    }
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
        let id = this.enter();
        match this.raw.wait(id, at) {
            Phase::Done => {}
            Phase::Empty => {
                // SAFETY: the phase was `Empty`: nobody has a reference, and `Running` keeps the others out.
                #[allow(unsafe_code, reason = "the state is written by the thread that initialises")]
                let state = unsafe { &mut *this.state.get() };
                let init = state.take_init();
                let value = this.raw.run(id, at, Phase::Poisoned, init);
                *state = State::Value(value);
                this.raw.done(id, at);
            }
            _ => panic!("LazyLock instance has previously been poisoned"),
        }
        this.peek().expect("a finished cell has its value")
    }

    /// The value, to change; makes it if need be. The exclusive borrow proves that nobody else has it.
    ///
    /// # Panics
    ///
    /// If the initialiser has panicked.
    #[track_caller]
    pub fn force_mut(this: &mut Self) -> &mut T {
        let id = this.enter();
        match this.raw.phase() {
            Phase::Done => {}
            Phase::Empty => {
                let init = this.state.get_mut().take_init();
                let value = this.raw.run(id, Location::caller(), Phase::Poisoned, init);
                *this.state.get_mut() = State::Value(value);
                this.raw.set_phase(Phase::Done);
            }
            _ => panic!("LazyLock instance has previously been poisoned"),
        }
        match this.state.get_mut() {
            State::Value(value) => value,
            _ => unreachable!("a finished cell has its value"),
        }
    }
}

impl<T, F> LazyLock<T, F> {
    fn enter(&self) -> ObjectId {
        self.raw.enter(|entered| self.memory.apply(entered, self.state.get()))
    }

    fn peek(&self) -> Option<&T> {
        // SAFETY: the value is read only once it is finished, and the state is not written any more then.
        #[allow(unsafe_code, reason = "the state is written once")]
        match unsafe { &*self.state.get() } {
            State::Value(value) if self.raw.phase() == Phase::Done => Some(value),
            _ => None,
        }
    }

    /// The value, if it has been made.
    #[track_caller]
    #[must_use]
    pub fn get(this: &Self) -> Option<&T> {
        let id = this.enter();
        match this.raw.look(id, Location::caller()) {
            Phase::Done => this.peek(),
            _ => None,
        }
    }

    /// The value, to change, if it has been made.
    #[must_use]
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        this.enter();
        match this.state.get_mut() {
            State::Value(value) => Some(value),
            _ => None,
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

impl<T, F: FnOnce() -> T> DerefMut for LazyLock<T, F> {
    #[track_caller]
    fn deref_mut(&mut self) -> &mut T {
        LazyLock::force_mut(self)
    }
}

impl<T: Default> Default for LazyLock<T> {
    #[track_caller]
    fn default() -> Self {
        LazyLock::new(T::default)
    }
}

impl<T: fmt::Debug, F> fmt::Debug for LazyLock<T, F> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("LazyLock");
        match LazyLock::get(self) {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}
