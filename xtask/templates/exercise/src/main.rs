//! WRITE: a scene that shows the symptom for real within a second or two.

use std::process::ExitCode;
use std::thread;

use {crate}::Turnstile;

const DOORS: u64 = 4;
const PEOPLE: u64 = 100_000;

fn main() -> ExitCode {
    let turnstile = Turnstile::default();
    thread::scope(|doors| {
        for _ in 0..DOORS {
            doors.spawn(|| (0..PEOPLE).for_each(|_| turnstile.arrive()));
        }
    });
    let (came, counted) = (DOORS * PEOPLE, turnstile.arrivals());
    println!("{came} people came in, and {counted} were counted.");
    if came == counted { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
