//! idea: the free frames wait in a channel; sending and receiving hand over what was done before.
//! trade-off: a lock all the same, for the receiver is not shared; a channel says at first sight that things are handed over.
//!
//! The frames of a video recorder: memory for so many pictures, made once, which all cameras use in turn.

use std::sync::Mutex;
use std::sync::mpsc::{self, Receiver, Sender};

/// The number of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FrameId(pub usize);

/// Knows which frames are free.
pub struct FramePool {
    back: Sender<FrameId>,
    free: Mutex<Receiver<FrameId>>,
}

impl FramePool {
    /// A pool of so many frames, which are numbered from 0. All of them are free.
    pub fn new(frames: usize) -> Self {
        let (back, free) = mpsc::channel();
        let pool = FramePool { back, free: Mutex::new(free) };
        (0..frames).map(FrameId).for_each(|frame| pool.give_back(frame));
        pool
    }

    /// Takes a free frame. `None`: there is none.
    pub fn take(&self) -> Option<FrameId> {
        self.free.lock().unwrap().try_recv().ok()
    }

    /// Gives back a frame that was taken.
    pub fn give_back(&self, frame: FrameId) {
        self.back.send(frame).expect("the pool has the receiver");
    }
}
