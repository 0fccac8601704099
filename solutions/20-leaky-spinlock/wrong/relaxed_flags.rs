//! verdict: data-race
//! scenario: a_frame_comes_with_its_picture
//! why: a flag for each frame, and a swap that only one can win, with any ordering; but the frame is handed over with it.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicBool, Ordering};

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    taken: Box<[AtomicBool]>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { taken: (0..frames).map(|_| AtomicBool::new(false)).collect() }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        self.taken.iter().position(|taken| !taken.swap(true, Ordering::Relaxed)).map(FrameId)
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.taken[frame.0].store(false, Ordering::Relaxed);
    }
}
