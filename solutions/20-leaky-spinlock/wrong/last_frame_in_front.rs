//! verdict: assertion-failed
//! scenario: two_frames_come_back_at_once
//! why: the frame that came back last lies in front of the lock; the one that it pushes aside is for a moment in nobody's list.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

const NONE: usize = usize::MAX;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    /// The one that was given back last, which is taken next, without a lock.
    last: AtomicUsize,
    free: Mutex<Vec<FrameId>>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { last: AtomicUsize::new(NONE), free: Mutex::new((0..frames).rev().map(FrameId).collect()) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        match self.last.swap(NONE, Ordering::AcqRel) {
            NONE => self.free.lock().unwrap().pop(),
            frame => Some(FrameId(frame)),
        }
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        let before = self.last.swap(frame.0, Ordering::AcqRel);
        if before != NONE {
            self.free.lock().unwrap().push(FrameId(before));
        }
    }
}
