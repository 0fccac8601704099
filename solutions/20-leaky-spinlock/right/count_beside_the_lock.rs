//! idea: std's `Mutex`, and the length of the list beside it: a camera that would find nothing does not lock. The length is written with the lock held.
//! trade-off: while the pool is empty, nobody waits for the lock; one value more, which has to be written at every change, and before unlocking.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    free: Mutex<Vec<FrameId>>,
    /// The length of `free`, written by whoever has it locked.
    count: AtomicUsize,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { free: Mutex::new((0..frames).rev().map(FrameId).collect()), count: AtomicUsize::new(frames) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        // Relaxed: what matters about the frames is handed over by the lock.
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut free = self.free.lock().unwrap();
        let frame = free.pop();
        self.count.store(free.len(), Ordering::Relaxed);
        frame
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        let mut free = self.free.lock().unwrap();
        free.push(frame);
        self.count.store(free.len(), Ordering::Relaxed);
    }
}
