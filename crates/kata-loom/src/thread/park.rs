//! Parking.
//!
//! loom has a token of its own for each thread, which this world uses to put threads to sleep inside of other
//! primitives. The token that a program sees is therefore another one.

use std::panic::Location;
use std::time::Duration;

use kata_trace::{Cause, Op};

use super::{Thread, current};
use crate::{execution, liberty};

/// `std::thread::park`. It may return for no reason.
#[track_caller]
pub fn park() {
    let at = Location::caller();
    let thread = current().0;
    execution::attempt(Op::Park, None, None, at);
    thread.point.acquire();
    let mut cause = Cause::Notified;
    if !thread.token.get() {
        if liberty::outcome(2) == 1 {
            execution::offer();
            thread.point.acquire();
            cause = if thread.token.get() { Cause::Notified } else { Cause::Spurious };
        } else {
            while !thread.token.get() {
                thread.sleeper.sleep();
            }
        }
    }
    thread.token.set(false);
    execution::complete(|entry| entry.cause = Some(cause));
}

/// `std::thread::park_timeout`. The time limit may pass at any moment.
#[track_caller]
pub fn park_timeout(limit: Duration) {
    let at = Location::caller();
    let thread = current().0;
    execution::attempt(Op::Park, None, None, at);
    thread.point.acquire();
    if !thread.token.get() {
        execution::offer();
        thread.point.acquire();
    }
    let cause = if thread.token.replace(false) { Cause::Notified } else { Cause::Timeout };
    if cause == Cause::Timeout {
        execution::with(|e| e.pass(limit));
    }
    execution::complete(|entry| entry.cause = Some(cause));
}

impl Thread {
    /// Gives the thread its token.
    #[track_caller]
    pub fn unpark(&self) {
        execution::attempt(Op::Unpark, None, Some(self.0.id), Location::caller());
        self.0.point.release();
        self.0.token.set(true);
        self.0.sleeper.wake();
        execution::complete(|_| {});
    }
}
