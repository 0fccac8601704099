//! verdict: assertion-failed
//! scenario: enough_after_a_while
//! why: a list for taking and one for giving back, so that the two do not meet: while one thread carries the frames over, they are in neither.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::Mutex;

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    free: Mutex<Vec<FrameId>>,
    returned: Mutex<Vec<FrameId>>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        FramePool { free: Mutex::new((0..frames).rev().map(FrameId).collect()), returned: Mutex::default() }
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        if let Some(frame) = self.free.lock().unwrap().pop() {
            return Some(frame);
        }
        let mut returned = std::mem::take(&mut *self.returned.lock().unwrap());
        let frame = returned.pop();
        self.free.lock().unwrap().append(&mut returned);
        frame
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.returned.lock().unwrap().push(frame);
    }
}
