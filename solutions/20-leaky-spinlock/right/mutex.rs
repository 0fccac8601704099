//! idea: std's `Mutex`: it does all that the spinlock did, and the `unsafe` is gone.
//! trade-off: none that could be measured here; who waits for long is put to sleep, which is mostly what you want.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::Mutex;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    free: Mutex<Vec<FrameId>>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { free: Mutex::new((0..frames).rev().map(FrameId).collect()) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        self.free.lock().unwrap().pop()
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.free.lock().unwrap().push(frame);
    }
}
