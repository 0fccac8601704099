//! verdict: assertion-failed
//! scenario: two_frames_come_back_at_once
//! why: the frame is put there first and counted then, so that nobody has to wait for it. Whoever takes it in between takes it from the count of another one.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    /// So many may be taken.
    count: AtomicUsize,
    free: Box<[AtomicBool]>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let free = (0..frames).map(|_| AtomicBool::new(true)).collect();
        FramePool { count: AtomicUsize::new(frames), free }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        let less = |count: usize| count.checked_sub(1);
        self.count.fetch_update(Ordering::Acquire, Ordering::Relaxed, less).ok()?;
        // One of the frames is ours. It is there already.
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
        self.free[frame.0].store(true, Ordering::Release);
        self.count.fetch_add(1, Ordering::Release);
    }
}
