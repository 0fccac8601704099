//! Channels that deliver by themselves, or not at all.

use std::time::Duration;

use kata_shuttle::task;
use kata_shuttle::time::Instant;

use super::Receiver;
use super::state::{Channel, Kind};

/// A channel that delivers one message, the time, when `duration` has passed.
#[track_caller]
#[must_use]
pub fn after(duration: Duration) -> Receiver<Instant> {
    match task::now().checked_add(duration) {
        Some(when) => clock(when, None),
        None => never(),
    }
}

/// A channel that delivers one message, the time, at `when`.
#[track_caller]
#[must_use]
pub fn at(when: Instant) -> Receiver<Instant> {
    clock(when.deadline(), None)
}

/// A channel that delivers the time each time that `duration` has passed.
#[track_caller]
#[must_use]
pub fn tick(duration: Duration) -> Receiver<Instant> {
    match task::now().checked_add(duration) {
        Some(when) => clock(when, Some(duration)),
        None => never(),
    }
}

/// A channel that never delivers anything, and is never closed.
#[track_caller]
#[must_use]
pub fn never<T>() -> Receiver<T> {
    Receiver::of(&Channel::new(Kind::Never, None))
}

#[track_caller]
fn clock(when: Duration, every: Option<Duration>) -> Receiver<Instant> {
    Receiver::of(&Channel::new(Kind::Clock(Instant::at, every), Some(when)))
}
