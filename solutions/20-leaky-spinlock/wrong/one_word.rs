//! verdict: assertion-failed
//! scenario: a_pool_has_many_frames
//! why: all flags in one word, so that one exchange sees them all; the recorder has more frames than a word has bits.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    /// A bit for each free frame.
    free: AtomicU64,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let free = if frames < 64 { (1 << frames) - 1 } else { u64::MAX };
        FramePool { free: AtomicU64::new(free) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        let mut free = self.free.load(Ordering::Relaxed);
        while free != 0 {
            let frame = free.trailing_zeros();
            match self.free.compare_exchange_weak(free, free & !(1 << frame), Ordering::Acquire, Ordering::Relaxed) {
                Ok(_) => return Some(FrameId(frame as usize)),
                Err(changed) => free = changed,
            }
            thread::yield_now();
        }
        None
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.free.fetch_or(1 << frame.0, Ordering::Release);
    }
}
