//! idea: no lock and no list: a frame is taken by the one whose swap finds its flag down, and given back by a store that releases.
//! trade-off: no `unsafe`, and nobody waits for anybody; it looks at every frame that is taken before it finds a free one.
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
        // Acquire: what the last one did with the frame is over.
        self.taken.iter().position(|taken| !taken.swap(true, Ordering::Acquire)).map(FrameId)
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        // Release: whoever takes it next sees what was done with it.
        self.taken[frame.0].store(false, Ordering::Release);
    }
}
