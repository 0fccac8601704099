//! A game runs and is saved, and every saved game is looked through: does it hold half a tick?

use std::process::ExitCode;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use dekker::{Saver, Ticker, world};

const TIME: Duration = Duration::from_millis(1500);

/// In each tick, every animal makes one step.
const ANIMALS: usize = 24;
type Steps = [AtomicU64; ANIMALS];

/// A saved game with half a tick: the least and the greatest number of steps of an animal.
type Half = (u64, u64);

fn main() -> ExitCode {
    println!("A game with {ANIMALS} animals, which make a step in every tick, is played and saved for {TIME:?}.");
    let (mut ticker, mut saver) = world();
    let (steps, start) = (Steps::default(), Barrier::new(2));
    let (ticks, (saves, broken)) = thread::scope(|scope| {
        let game = scope.spawn(|| {
            start.wait();
            play(&mut ticker, &steps)
        });
        start.wait();
        let saved = archive(&mut saver, &steps);
        (game.join().expect("a game only ticks"), saved)
    });
    println!("{ticks} ticks, {saves} saved games, {} of them with half a tick.", broken.len());
    let Some((fewest, most)) = broken.first() else { return ExitCode::SUCCESS };
    println!();
    println!("The first one: some animals have made {fewest} steps, and others {most}.");
    ExitCode::FAILURE
}

fn play(ticker: &mut Ticker, steps: &Steps) -> u64 {
    let (begin, mut ticks) = (Instant::now(), 0);
    while begin.elapsed() < TIME {
        for _ in 0..100 {
            let moved = ticker.tick(|| {
                for animal in steps {
                    animal.store(animal.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                }
            });
            ticks += u64::from(moved.is_some());
        }
    }
    ticks
}

fn archive(saver: &mut Saver, steps: &Steps) -> (u64, Vec<Half>) {
    let (begin, mut saves, mut broken) = (Instant::now(), 0, Vec::new());
    while begin.elapsed() < TIME {
        for _ in 0..100 {
            let copy = saver.save(|| steps.each_ref().map(|animal| animal.load(Ordering::Relaxed)));
            let Some(copy) = copy else { continue };
            saves += 1;
            let (fewest, most) = copy.iter().fold((u64::MAX, 0), |(few, many), &n| (few.min(n), many.max(n)));
            if fewest != most {
                broken.push((fewest, most));
            }
        }
    }
    (saves, broken)
}
