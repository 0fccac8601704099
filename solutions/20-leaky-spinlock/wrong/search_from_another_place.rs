//! verdict: assertion-failed
//! scenario: enough_after_a_while
//! why: a flag for each frame, and each search begins one further, to spread the cameras: one comes past each frame just when it is taken.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    taken: Box<[AtomicBool]>,
    begin: AtomicUsize,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { taken: (0..frames).map(|_| AtomicBool::new(false)).collect(), begin: AtomicUsize::new(0) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        let frames = self.taken.len();
        let begin = self.begin.fetch_add(1, Ordering::Relaxed);
        let mut places = (0..frames).map(|n| (begin + n) % frames);
        places.find(|&place| !self.taken[place].swap(true, Ordering::AcqRel)).map(FrameId)
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.taken[frame.0].store(false, Ordering::Release);
    }
}
