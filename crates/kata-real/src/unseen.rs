//! State of a hidden test that is no part of what the learner is shown.

use std::sync::{Mutex, PoisonError};

/// A value behind a lock that is neither recorded nor observed. `with` must not call into the world.
#[derive(Debug, Default)]
pub struct Unseen<T>(Mutex<T>);

impl<T> Unseen<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Unseen(Mutex::new(value))
    }

    /// Looks at the value, or changes it.
    pub fn with<R>(&self, look: impl FnOnce(&mut T) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
