//! The clock that stands still.

use std::time::Duration;

use crate::context;
use crate::coroutine::Shared;
use crate::driver::Clock;
use crate::runtime::RuntimeFlavor;

#[track_caller]
fn clock() -> Shared<Clock> {
    let handle = context::handle().expect("time cannot be frozen from outside the Tokio runtime");
    assert!(
        handle.runtime_flavor() == RuntimeFlavor::CurrentThread,
        "`time::pause()` requires the `current_thread` Tokio runtime."
    );
    handle.clock()
}

/// Stops the clock of the runtime: it jumps to the next timer when there is nothing else to do.
///
/// # Panics
///
/// If it stands still, and on a runtime with several workers.
#[track_caller]
pub fn pause() {
    let clock = clock();
    assert!(!clock.is_paused(), "time is already frozen");
    clock.pause();
}

/// Lets the clock go on.
///
/// # Panics
///
/// If it does not stand still.
#[track_caller]
pub fn resume() {
    let clock = clock();
    assert!(clock.is_paused(), "time is not frozen");
    clock.resume();
}

/// Moves the clock that stands still.
///
/// # Panics
///
/// If it does not stand still.
#[track_caller]
pub fn advance(duration: Duration) -> impl Future<Output = ()> {
    let clock = clock();
    assert!(clock.is_paused(), "time is not frozen");
    async move {
        clock.advance_to(clock.now().saturating_add(duration));
        // As in tokio: the timers are looked after while the task yields.
        crate::task::yield_now().await;
    }
}
