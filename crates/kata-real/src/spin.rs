//! Loops that ask over and over without letting the executor go on.

use std::panic::Location;

use crate::frame::Frame;
use crate::monitor::{self, Guard};

/// Attempts of one poll that may find nothing. Code that tries a few times before it gives up or awaits stays far
/// below; a loop that waits for another task of the same thread would go on for ever.
const PATIENCE: u32 = 10_000;

/// Counts an attempt that found nothing: a lock that is taken, a channel that is empty, a task that is not finished.
pub(crate) fn in_vain(mut state: Guard, frame: Frame, call: &'static str, at: &'static Location<'static>) {
    if !frame.polling {
        return;
    }
    let lane = &mut state.lanes[frame.lane];
    lane.vain += 1;
    if lane.vain > PATIENCE {
        let why = format!("it was asked {PATIENCE} times in one poll, and what it waits for needs this thread");
        monitor::blocked_executor(state, frame.lane, call, at, &why);
    }
}
