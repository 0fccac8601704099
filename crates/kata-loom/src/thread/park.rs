//! Parking.
//!
//! loom has a token of its own for each thread, which this world uses to put threads to sleep inside of other
//! primitives. The token that a program sees is therefore another one.

use std::panic::Location;
use std::time::Duration;

use kata_trace::{Cause, Op};

use super::handle::Inner;
use super::{Thread, current};
use crate::execution::{self, Place};
use crate::liberty;
use crate::point::Baton;

/// `std::thread::park`. It may return for no reason.
#[track_caller]
pub fn park() {
    let at = Location::caller();
    let thread = current().0;
    execution::attempt(Op::Park, None, None, at);
    thread.point.visit();
    if !thread.has_token() {
        if liberty::outcome(2) == 1 {
            execution::offer();
            thread.point.visit();
        } else {
            while !thread.has_token() {
                thread.sleeper.sleep();
            }
        }
    }
    let cause = if thread.take_token() { Cause::Notified } else { Cause::Spurious };
    execution::complete(|entry| entry.cause = Some(cause));
}

/// `std::thread::park_timeout`. The time limit may pass at any moment.
#[track_caller]
pub fn park_timeout(limit: Duration) {
    park_until(limit, Location::caller());
}

fn park_until(limit: Duration, at: Place) {
    let thread = current().0;
    execution::attempt(Op::Park, None, None, at);
    thread.point.visit();
    if !thread.has_token() {
        execution::offer();
        thread.point.visit();
    }
    let cause = if thread.take_token() { Cause::Notified } else { Cause::Timeout };
    if cause == Cause::Timeout {
        execution::with(|e| e.pass(limit));
    }
    execution::complete(|entry| entry.cause = Some(cause));
}

/// `std::thread::park_timeout_ms`.
#[deprecated(since = "1.6.0", note = "replaced by `std::thread::park_timeout`")]
#[track_caller]
pub fn park_timeout_ms(limit: u32) {
    park_until(Duration::from_millis(u64::from(limit)), Location::caller());
}

impl Thread {
    /// Gives the thread its token.
    #[track_caller]
    pub fn unpark(&self) {
        execution::attempt(Op::Unpark, None, Some(self.0.id), Location::caller());
        self.0.point.visit();
        self.0.token.borrow_mut().push(Baton::pass());
        self.0.sleeper.wake();
        execution::complete(|_| {});
    }
}

impl Inner {
    fn has_token(&self) -> bool {
        !self.token.borrow().is_empty()
    }

    /// Whether there was a token; if so, what happened before it was given has happened.
    fn take_token(&self) -> bool {
        let given = self.token.take();
        given.iter().for_each(Baton::take);
        !given.is_empty()
    }
}
