//! verdict: assertion-failed
//! scenario: two_cameras_get_two_frames
//! why: atomics for the list, too: nothing is a plain access any more. What is read may still be older than the lock.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free: the first ones in a list.
pub struct FramePool {
    locked: AtomicBool,
    list: Box<[AtomicUsize]>,
    free: AtomicUsize,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let list = (0..frames).rev().map(AtomicUsize::new).collect();
        FramePool { locked: AtomicBool::new(false), list, free: AtomicUsize::new(frames) }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        self.lock();
        let frame = self.free.load(Ordering::Relaxed).checked_sub(1).map(|place| {
            self.free.store(place, Ordering::Relaxed);
            FrameId(self.list[place].load(Ordering::Relaxed))
        });
        self.unlock();
        frame
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.lock();
        let place = self.free.load(Ordering::Relaxed);
        self.list[place].store(frame.0, Ordering::Relaxed);
        self.free.store(place + 1, Ordering::Relaxed);
        self.unlock();
    }

    fn lock(&self) {
        while self.locked.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err() {
            thread::yield_now();
        }
    }

    fn unlock(&self) {
        self.locked.store(false, Ordering::Relaxed);
    }
}
