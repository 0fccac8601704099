//! verdict: assertion-failed
//! scenario: frames_come_back_in_any_order
//! why: a list without a lock: the exchange fails if another frame is the first one by now, and succeeds if it is the same one again, whatever has happened behind it.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// The end of the list.
const NONE: usize = u32::MAX as usize;

/// Knows which frames are free: each of them names the one behind it.
pub struct FramePool {
    behind: Box<[AtomicUsize]>,
    /// The first free frame.
    first: AtomicUsize,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let behind = (1..=frames).map(|next| AtomicUsize::new(if next < frames { next } else { NONE })).collect();
        FramePool { behind, first: AtomicUsize::new(if frames == 0 { NONE } else { 0 }) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        loop {
            let frame = self.first.load(Ordering::Acquire);
            let behind = self.behind.get(frame)?.load(Ordering::Relaxed);
            if self.replace(frame, behind, Ordering::Acquire) {
                return Some(FrameId(frame));
            }
        }
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        loop {
            let first = self.first.load(Ordering::Relaxed);
            self.behind[frame.0].store(first, Ordering::Relaxed);
            // Release: whoever takes it next sees what was done with it, and what is behind it.
            if self.replace(first, frame.0, Ordering::Release) {
                return;
            }
        }
    }

    /// Another frame is the first one, unless there is a new one already.
    fn replace(&self, first: usize, frame: usize, ordering: Ordering) -> bool {
        let replaced = self.first.compare_exchange(first, frame, ordering, Ordering::Relaxed).is_ok();
        if !replaced {
            thread::yield_now();
        }
        replaced
    }
}
