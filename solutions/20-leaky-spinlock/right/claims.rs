//! idea: whoever takes first counts down, and then looks for the frame that it has a claim to; giving back counts up first, and then puts the frame there.
//! trade-off: a scan that cannot come away empty, and no `unsafe`; with a claim to a frame that is just coming back, it waits for the one who is bringing it.
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
        // In this order: whoever finds the frame there finds it counted.
        self.count.fetch_add(1, Ordering::Release);
        self.free[frame.0].store(true, Ordering::Release);
    }
}
