//! `OnceLock`.

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{Location, RefUnwindSafe, UnwindSafe};

use super::once::Initialisation;
use crate::execution::Place;

/// `std::sync::OnceLock`.
pub struct OnceLock<T> {
    once: Initialisation,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: as for std's. The value is written once, before anybody gets a reference.
#[allow(unsafe_code, reason = "as in std")]
unsafe impl<T: Sync + Send> Sync for OnceLock<T> {}

impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for OnceLock<T> {}
impl<T: UnwindSafe> UnwindSafe for OnceLock<T> {}

impl<T> OnceLock<T> {
    /// A cell without a value. Not `const`: loom follows every one from its creation.
    #[must_use]
    #[track_caller]
    pub fn new() -> Self {
        OnceLock { once: Initialisation::new(), value: UnsafeCell::new(None) }
    }

    /// The value, if it is known to be there.
    #[track_caller]
    pub fn get(&self) -> Option<&T> {
        if self.once.is_done(Location::caller()) { self.value() } else { None }
    }

    fn value(&self) -> Option<&T> {
        // SAFETY: the value is written in `initialise` only, before the initialisation ends, which has happened.
        #[allow(unsafe_code, reason = "the value is shared once it is there")]
        unsafe { &*self.value.get() }.as_ref()
    }

    /// The value, which nobody else can reach.
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    /// Waits until there is a value.
    #[track_caller]
    pub fn wait(&self) -> &T {
        self.once.wait(Location::caller());
        self.value().expect("the initialisation has ended")
    }

    /// Sets the value if there is none.
    ///
    /// # Errors
    ///
    /// `value`, if there is one.
    #[track_caller]
    pub fn set(&self, value: T) -> Result<(), T> {
        let mut value = Some(value);
        self.initialise(Location::caller(), || value.take().expect("the initialisation runs once"));
        value.map_or(Ok(()), Err)
    }

    /// The value, made by `f` if there is none. Others who want it wait meanwhile.
    #[track_caller]
    pub fn get_or_init<F: FnOnce() -> T>(&self, f: F) -> &T {
        self.initialise(Location::caller(), f);
        self.value().expect("the initialisation has ended")
    }

    fn initialise(&self, at: Place, f: impl FnOnce() -> T) {
        self.once.run(at, || {
            let value = f();
            // SAFETY: nobody else initialises, and nobody gets a reference before the initialisation ends.
            #[allow(unsafe_code, reason = "the value is shared once it is there")]
            unsafe {
                *self.value.get() = Some(value);
            }
        });
    }

    /// The value.
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// The value; the cell has none afterwards.
    #[track_caller]
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
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
        let cell = OnceLock::new();
        let at = Location::caller();
        cell.initialise(at, || value);
        cell
    }
}

impl<T: Clone> Clone for OnceLock<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.get().map_or_else(OnceLock::new, |value| OnceLock::from(value.clone()))
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
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.get() {
            Some(value) => f.debug_tuple("OnceLock").field(value).finish(),
            None => f.write_str("OnceLock(<uninit>)"),
        }
    }
}
