//! verdict: assertion-failed
//! scenario: the_last_frame_goes_to_somebody
//! why: counts down first, and up again if there was nothing: for that moment it takes away what comes back.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicBool, AtomicIsize, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    /// So many may be taken.
    count: AtomicIsize,
    free: Box<[AtomicBool]>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let free = (0..frames).map(|_| AtomicBool::new(true)).collect();
        FramePool { count: AtomicIsize::new(frames as isize), free }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        if self.count.fetch_sub(1, Ordering::AcqRel) <= 0 {
            self.count.fetch_add(1, Ordering::AcqRel);
            return None;
        }
        // One of the frames is ours. If it is not there yet, somebody is just putting it there.
        loop {
            let found = self.free.iter().position(|free| free.swap(false, Ordering::Acquire));
            if let Some(frame) = found {
                return Some(FrameId(frame));
            }
            thread::yield_now();
        }
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.count.fetch_add(1, Ordering::AcqRel);
        self.free[frame.0].store(true, Ordering::Release);
    }
}
