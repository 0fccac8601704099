//! Cameras record into the frames of one pool, and look for pictures that are not their own.

use std::env::consts::ARCH;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use leaky_spinlock::FramePool;

const CAMERAS: usize = 4;
const FRAMES: usize = 3;
const TIME: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    println!("{CAMERAS} cameras record into {FRAMES} frames for {TIME:?}.");
    let pool = FramePool::new(FRAMES);
    let frames: Vec<AtomicUsize> = (0..FRAMES).map(|_| AtomicUsize::new(0)).collect();
    let start = Instant::now();
    let (pictures, foreign) = thread::scope(|scope| {
        let (pool, frames) = (&pool, &frames[..]);
        let cameras: Vec<_> =
            (1..=CAMERAS).map(|camera| scope.spawn(move || record(camera, pool, frames, start))).collect();
        cameras.into_iter().fold((0, 0), |(pictures, foreign), camera| {
            let (own, others) = camera.join().expect("a camera only records");
            (pictures + own, foreign + others)
        })
    });
    println!("{pictures} pictures were recorded, {foreign} of them were another camera's when they were shown.");
    let left = (0..=FRAMES).map_while(|_| pool.take()).count();
    println!("When all is over, {left} of {FRAMES} frames are free.");
    println!();
    if foreign > 0 || left != FRAMES {
        println!("A frame was given to two cameras, or to none.");
        return ExitCode::FAILURE;
    }
    println!("This is a machine of type {ARCH}. That nothing was seen here says little about others:");
    println!("cargo xtask check 20-leaky-spinlock explores what the language allows.");
    ExitCode::SUCCESS
}

/// Records as long as there is time. Returns the number of pictures, and how many of them were another camera's.
fn record(camera: usize, pool: &FramePool, frames: &[AtomicUsize], start: Instant) -> (u64, u64) {
    let (mut pictures, mut foreign) = (0, 0);
    while start.elapsed() < TIME {
        let Some(frame) = pool.take() else { continue };
        frames[frame.0].store(camera, Ordering::Relaxed);
        pictures += 1;
        if frames[frame.0].load(Ordering::Relaxed) != camera {
            foreign += 1;
        }
        pool.give_back(frame);
    }
    (pictures, foreign)
}
