//! verdict: assertion-failed
//! scenario: a_pool_has_so_many_frames
//! why: a proper lock, and a condition variable with it: a frame may come back within a few milliseconds, and the camera misses its picture for that.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::{Condvar, Mutex};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_millis(10);

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    free: Mutex<Vec<FrameId>>,
    returned: Condvar,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { free: Mutex::new((0..frames).rev().map(FrameId).collect()), returned: Condvar::new() }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        let free = self.free.lock().unwrap();
        let (mut free, _) = self.returned.wait_timeout_while(free, PATIENCE, |free| free.is_empty()).unwrap();
        free.pop()
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.free.lock().unwrap().push(frame);
        self.returned.notify_one();
    }
}
