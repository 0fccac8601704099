//! `std::sync::OnceLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use kata_trace::Op;

use crate::kernel::{self, Place};
use crate::object::Entered;
use crate::sync::coroutine_safe;
use crate::sync::once::{Phase, RawOnce};

/// `std::sync::OnceLock` in this world.
pub struct OnceLock<T> {
    raw: RawOnce,
    value: UnsafeCell<Option<T>>,
}

coroutine_safe! {
    unsafe impl [T: Send] Send for OnceLock<T>;
    unsafe impl [T: Send + Sync] Sync for OnceLock<T>;
}
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// An empty cell.
    #[track_caller]
    #[must_use]
    pub const fn new() -> Self {
        OnceLock { raw: RawOnce::new(Phase::Empty), value: UnsafeCell::new(None) }
    }

    fn enter(&self) -> u32 {
        self.raw.enter(|entered| {
            if entered == Entered::LeftOver {
                // SAFETY: a new execution has no references into the cell yet.
                #[allow(unsafe_code, reason = "empties a static for a new execution")]
                std::mem::forget(unsafe { (*self.value.get()).take() });
            }
            if self.peek().is_some() {
                self.raw.set_phase(Phase::Done);
            }
        })
    }

    fn peek(&self) -> Option<&T> {
        // SAFETY: a value that is in the cell stays until the cell is borrowed exclusively.
        #[allow(unsafe_code, reason = "the cell is written once")]
        unsafe { &*self.value.get() }.as_ref()
    }

    fn fill(&self, value: T) {
        // SAFETY: the phase is `Running` and this thread is the one that runs, so that nobody has a reference.
        #[allow(unsafe_code, reason = "the cell is written once")]
        unsafe {
            *self.value.get() = Some(value);
        }
    }

    /// The value, if the cell is full.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        let id = self.enter();
        match self.raw.look(id, Location::caller()) {
            Phase::Done => self.peek(),
            _ => None,
        }
    }

    /// The value, without synchronising: the exclusive borrow proves that nobody else has it.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    /// Fills the cell; waits for an initialiser that is running.
    ///
    /// # Errors
    ///
    /// The value, if the cell is full.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.init(Location::caller(), || value.take().expect("used once"));
        value.map_or(Ok(()), Err)
    }

    /// The value; `init` makes it if the cell is empty.
    #[track_caller]
    pub fn get_or_init<F: FnOnce() -> T>(&self, init: F) -> &T {
        self.init(Location::caller(), init);
        self.peek().expect("the cell is full")
    }

    fn init(&self, at: Place, init: impl FnOnce() -> T) {
        let id = self.enter();
        if self.raw.wait(id, at) == Phase::Done {
            kernel::with(|kernel| kernel.record(Op::InitWait, Some(id), at, |entry| entry.ok = Some(true)));
            return;
        }
        let value = self.raw.run(id, at, Phase::Empty, init);
        self.fill(value);
        self.raw.done(id, at);
    }

    /// Waits until the cell is full.
    #[track_caller]
    pub fn wait(&self) -> &T {
        let id = self.enter();
        let at = Location::caller();
        self.raw.wait_done(id, false, at);
        self.peek().expect("the cell is full")
    }

    /// The value, if the cell is full.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Empties the cell.
    pub fn take(&mut self) -> Option<T> {
        self.raw.set_phase(Phase::Empty);
        self.value.get_mut().take()
    }
}

impl<T> Default for OnceLock<T> {
    #[track_caller]
    fn default() -> Self {
        OnceLock::new()
    }
}

impl<T> From<T> for OnceLock<T> {
    #[track_caller]
    fn from(value: T) -> Self {
        OnceLock { raw: RawOnce::new(Phase::Done), value: UnsafeCell::new(Some(value)) }
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.get().cloned().map_or_else(OnceLock::new, OnceLock::from)
    }
}

impl<T: PartialEq> PartialEq for OnceLock<T> {
    #[track_caller]
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceLock<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceLock<T> {
    #[track_caller]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_tuple("OnceLock");
        match self.get() {
            Some(value) => debug.field(value),
            None => debug.field(&format_args!("<uninit>")),
        };
        debug.finish()
    }
}
