//! Numbers that hidden tests compare in place of times.

use crate::{frame, monitor};

/// Threads of the learner's that are alive: spawned ones, and closures on an executor's blocking pool.
#[must_use]
pub fn live_threads() -> usize {
    monitor::enter().live
}

/// The most threads that were alive at once since the start, or since [`reset_peak`].
#[must_use]
pub fn peak_threads() -> usize {
    monitor::enter().peak
}

/// Starts a new measurement of [`peak_threads`] at the threads that are alive now.
pub fn reset_peak() {
    let mut state = monitor::enter();
    state.peak = state.live;
}

/// Threads and tasks that wait for another at this moment, in a call that the world knows.
#[must_use]
pub fn waiting_threads() -> usize {
    monitor::enter().lanes.iter().filter(|lane| lane.waits().is_some()).count()
}

/// The locks that the current thread or task holds.
#[must_use]
pub fn locks_held() -> usize {
    frame::top().map_or(0, |frame| monitor::enter().lanes[frame.lane].held.len())
}
