//! What the pool promises, for every order in which memory may show what was written.

use std::cell::UnsafeCell;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use kata::Rendezvous;
use leaky_spinlock::{FrameId, FramePool};

/// So often a camera asks for a frame when there is none.
const CALLS: usize = 20;

/// All of these calls are over by then, unless they wait. An attempt that fails for no reason may be made again.
const AT_ONCE: Duration = Duration::from_millis(50);

/// Two cameras that take a frame at the same time get two different ones.
pub fn two_cameras_get_two_frames() {
    let pool = pool(2);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || takes(&pool)
    });
    let door = takes(&pool);
    let garden = garden.join().unwrap();
    are_different(&[door, garden]);
}

/// Whoever takes a frame finds in it what was written there before it was given back.
pub fn a_frame_comes_with_its_picture() {
    let pool = pool(1);
    let frames = Frames::new(1);
    let frame = takes(&pool);
    let camera = thread::spawn({
        let (pool, frames) = (Arc::clone(&pool), Arc::clone(&frames));
        move || {
            frames.write(frame, 7);
            pool.give_back(frame);
        }
    });
    if let Some(frame) = pool.take() {
        let picture = frames.read(frame);
        assert!(picture == 7, "picture 7 was written into the frame before it was given back, and {picture} is in it");
        frames.write(frame, 8);
    }
    camera.join().unwrap();
}

/// The same when two cameras take turns with one frame: each has it for itself.
pub fn two_cameras_take_turns() {
    let pool = pool(1);
    let frames = Frames::new(1);
    let garden = thread::spawn({
        let (pool, frames) = (Arc::clone(&pool), Arc::clone(&frames));
        move || records(&pool, &frames, 1)
    });
    let door = records(&pool, &frames, 2);
    let garden = garden.join().unwrap();
    let frame = takes(&pool);
    let picture = frames.read(frame);
    let possible = match (garden, door) {
        (true, true) => picture == 1 || picture == 2,
        (true, false) => picture == 1,
        (false, true) => picture == 2,
        (false, false) => panic!("the frame was free, and neither of the two cameras got it"),
    };
    assert!(possible, "garden recorded: {garden}, door recorded: {door}, and picture {picture} is in the frame");
}

/// While there is a frame for everybody, everybody gets one, however busy the others are.
pub fn enough_for_everybody() {
    let pool = pool(2);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || {
            let frame = takes(&pool);
            pool.give_back(frame);
            takes(&pool)
        }
    });
    let door = takes(&pool);
    let garden = garden.join().unwrap();
    are_different(&[door, garden]);
}

/// While there is a frame for everybody, everybody gets one, also when frames have been given back before.
pub fn enough_after_a_while() {
    enough_while_one_comes_back(|first, second| (first, second));
}

/// While there is a frame for everybody, everybody gets one, whichever it is that is free.
pub fn enough_whichever_is_free() {
    enough_while_one_comes_back(|first, second| (second, first));
}

/// A frame that was given back is there, while another camera gives back another one: and each with its picture.
pub fn two_frames_come_back_at_once() {
    let pool = pool(2);
    let frames = Frames::new(2);
    let (first, second) = (takes(&pool), takes(&pool));
    let garden = thread::spawn({
        let (pool, frames) = (Arc::clone(&pool), Arc::clone(&frames));
        move || {
            frames.write(first, 7);
            pool.give_back(first);
        }
    });
    pool.give_back(second);
    let mut taken = takes(&pool);
    if taken == first {
        let picture = frames.read(first);
        assert!(picture == 7, "picture 7 was written into the frame before it was given back, and {picture} is in it");
        taken = takes(&pool);
    }
    assert!(taken == second, "frame {} was given back, and {} is taken", second.0, taken.0);
    garden.join().unwrap();
}

/// One frame comes back, and two cameras ask for it: one of them gets it.
pub fn the_last_frame_goes_to_somebody() {
    let pool = pool(1);
    let frame = takes(&pool);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || pool.take()
    });
    pool.give_back(frame);
    let door = pool.take();
    let taken: Vec<FrameId> = [door, garden.join().unwrap()].into_iter().flatten().collect();
    assert!(!taken.is_empty(), "the frame is free, and neither of the two cameras got it");
    are_different(&taken);
}

/// No frame is given to two, also when frames come back in another order than they were taken.
pub fn frames_come_back_in_any_order() {
    let pool = pool(3);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || {
            let first = pool.take();
            let second = pool.take();
            if let Some(frame) = first {
                pool.give_back(frame);
            }
            second
        }
    });
    let door = [pool.take(), pool.take()];
    let garden = garden.join().unwrap();
    let taken: Vec<FrameId> = door.into_iter().chain([garden]).flatten().collect();
    are_different(&taken);
}

/// Three cameras get three frames.
pub fn three_cameras_get_three_frames() {
    let pool = pool(3);
    let camera = || {
        let pool = Arc::clone(&pool);
        thread::spawn(move || takes(&pool))
    };
    let (garden, cellar) = (camera(), camera());
    let door = takes(&pool);
    let (garden, cellar) = (garden.join().unwrap(), cellar.join().unwrap());
    are_different(&[door, garden, cellar]);
}

/// A camera that has a frame holds up nobody.
pub fn cameras_record_at_the_same_time() {
    let pool = pool(2);
    let both = Arc::new(Rendezvous::new(2, "two cameras with a frame each"));
    let record = |pool: &FramePool, both: &Rendezvous| {
        let frame = takes(pool);
        both.arrive();
        pool.give_back(frame);
    };
    let garden = thread::spawn({
        let (pool, both) = (Arc::clone(&pool), Arc::clone(&both));
        move || record(&pool, &both)
    });
    record(&pool, &both);
    garden.join().unwrap();
    are_different(&[takes(&pool), takes(&pool)]);
}

/// A frame that was given back can be taken by whoever knows of it.
pub fn a_frame_that_was_given_back_is_free() {
    let pool = pool(2);
    let (first, second) = (takes(&pool), takes(&pool));
    are_different(&[first, second]);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || pool.give_back(first)
    });
    let again = pool.take();
    assert!(again.is_none() || again == Some(first), "frame {} was given back, and {again:?} is taken", first.0);
    garden.join().unwrap();
    let again = again.or_else(|| pool.take());
    assert!(again == Some(first), "frame {} was given back, and {again:?} is taken", first.0);
    assert!(pool.take().is_none(), "both frames are taken, and there is another one");
}

/// A pool has as many frames as it was made with, and nobody waits for one.
pub fn a_pool_has_so_many_frames() {
    has_frames(0, 1);
    has_frames(2, 3);
}

/// A pool of many frames gives all of them.
pub fn a_pool_has_many_frames() {
    has_frames(70, 1);
}

/// Where the pictures are: plain memory, as in the recorder.
struct Frames(Vec<UnsafeCell<u32>>);

// SAFETY: whoever uses a frame has taken it, and the pool gives it to one at a time. That is what is tested.
unsafe impl Sync for Frames {}
// SAFETY: as above.
unsafe impl Send for Frames {}

impl Frames {
    fn new(frames: usize) -> Arc<Self> {
        Arc::new(Frames((0..frames).map(|_| UnsafeCell::new(0)).collect()))
    }

    fn read(&self, frame: FrameId) -> u32 {
        // SAFETY: see `Sync`.
        unsafe { *self.0[frame.0].get() }
    }

    fn write(&self, frame: FrameId, picture: u32) {
        // SAFETY: see `Sync`.
        unsafe { *self.0[frame.0].get() = picture };
    }
}

fn pool(frames: usize) -> Arc<FramePool> {
    Arc::new(FramePool::new(frames))
}

/// A frame, of which there are enough.
fn takes(pool: &FramePool) -> FrameId {
    pool.take().expect("a frame is free, and none was given")
}

/// Writes a picture, if there is a frame.
fn records(pool: &FramePool, frames: &Frames, picture: u32) -> bool {
    let Some(frame) = pool.take() else { return false };
    frames.write(frame, picture);
    pool.give_back(frame);
    true
}

/// Takes and gives back all frames of a pool that has so many.
fn has_frames(frames: usize, rounds: usize) {
    let pool = pool(frames);
    for round in 1..=rounds {
        let gives =
            |n| pool.take().unwrap_or_else(|| panic!("a pool of {frames} frames gave {n} of them, and then none"));
        let taken: Vec<FrameId> = (0..frames).map(gives).collect();
        are_different(&taken);
        let begin = Instant::now();
        for _ in 0..CALLS {
            assert!(pool.take().is_none(), "all {frames} frames are taken, and in round {round} there is another one");
        }
        assert!(begin.elapsed() < AT_ONCE, "no frame was free, and a camera waited for one");
        for frame in taken {
            assert!(frame.0 < frames, "a pool of {frames} frames gave frame {}", frame.0);
            pool.give_back(frame);
        }
    }
}

/// Two cameras have two frames between them. One of these is free, and both have been in use; now one camera takes a
/// frame, and the other one gives its frame back and takes one.
fn enough_while_one_comes_back(which: impl Fn(FrameId, FrameId) -> (FrameId, FrameId)) {
    let pool = pool(2);
    let (first, second) = (takes(&pool), takes(&pool));
    let (free, held) = which(first, second);
    pool.give_back(free);
    let free = takes(&pool);
    pool.give_back(free);
    let garden = thread::spawn({
        let pool = Arc::clone(&pool);
        move || takes(&pool)
    });
    pool.give_back(held);
    let door = takes(&pool);
    are_different(&[door, garden.join().unwrap()]);
}

fn are_different(taken: &[FrameId]) {
    let numbers: BTreeSet<usize> = taken.iter().map(|frame| frame.0).collect();
    assert!(numbers.len() == taken.len(), "the same frame was given to two: {taken:?}");
}
