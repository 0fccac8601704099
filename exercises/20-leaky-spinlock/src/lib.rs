//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::cell::UnsafeCell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    free: SpinLock<Vec<FrameId>>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { free: SpinLock::new((0..frames).rev().map(FrameId).collect()) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        self.free.lock().pop()
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.free.lock().push(frame);
    }
}

/// A lock for a few instructions: whoever waits tries again, and is not put to sleep.
struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached through a guard only, and there is one guard at a time.
unsafe impl<T: Send> Sync for SpinLock<T> {}

/// Unlocks when it is dropped.
struct Guard<'a, T> {
    lock: &'a SpinLock<T>,
}

impl<T> SpinLock<T> {
    fn new(value: T) -> Self {
        SpinLock { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    fn lock(&self) -> Guard<'_, T> {
        while self.locked.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            thread::yield_now();
        }
        Guard { lock: self }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this guard is the only one.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: this guard is the only one.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.lock.locked.store(false, Ordering::Relaxed);
    }
}
