//! What the turnstile promises, for every interleaving. Each public function is a scenario, and its first sentence is
//! what the learner is told should hold.

use std::thread;

use {crate}::Turnstile;

/// Two people who come in at the same time are both counted.
pub fn every_arrival_counts() {
    let turnstile = Turnstile::default();
    thread::scope(|doors| {
        doors.spawn(|| turnstile.arrive());
        doors.spawn(|| turnstile.arrive());
    });
    let counted = turnstile.arrivals();
    assert!(counted == 2, "2 people came in, and {counted} were counted");
}
