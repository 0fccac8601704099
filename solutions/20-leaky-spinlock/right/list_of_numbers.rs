//! idea: a list without a lock: the number of the first frame and a count of changes in one atomic, so that an exchange fails whenever something has changed.
//! trade-off: a thread that is put aside holds up nobody; it ends with 2³² frames, and it took a page to get the count and the orderings right.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// The end of the list.
const NONE: usize = u32::MAX as usize;

/// Knows which frames are free: each of them names the one behind it.
pub struct FramePool {
    behind: Box<[AtomicUsize]>,
    /// The first free frame, and above it how often there has been a new first one.
    first: AtomicU64,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let behind = (1..=frames).map(|next| AtomicUsize::new(if next < frames { next } else { NONE })).collect();
        FramePool { behind, first: AtomicU64::new(if frames == 0 { NONE as u64 } else { 0 }) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        loop {
            let first = self.first.load(Ordering::Acquire);
            let frame = (first & NONE as u64) as usize;
            let behind = self.behind.get(frame)?.load(Ordering::Relaxed);
            if self.replace(first, behind, Ordering::Acquire) {
                return Some(FrameId(frame));
            }
        }
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        loop {
            let first = self.first.load(Ordering::Relaxed);
            self.behind[frame.0].store((first & NONE as u64) as usize, Ordering::Relaxed);
            // Release: whoever takes it next sees what was done with it, and what is behind it.
            if self.replace(first, frame.0, Ordering::Release) {
                return;
            }
        }
    }

    /// Another frame is the first one, unless there was a new one meanwhile: the same frame with another count.
    fn replace(&self, first: u64, frame: usize, ordering: Ordering) -> bool {
        let next = ((first >> 32) + 1) << 32 | frame as u64;
        let replaced = self.first.compare_exchange(first, next, ordering, Ordering::Relaxed).is_ok();
        if !replaced {
            thread::yield_now();
        }
        replaced
    }
}
