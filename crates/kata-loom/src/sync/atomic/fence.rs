//! Fences.

use std::panic::Location;
use std::sync::atomic::Ordering;

use kata_trace::Op;

use super::register::name;
use crate::demand::{self, Demand};
use crate::execution::{self, Fence};

/// `std::sync::atomic::fence`.
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    if order == Ordering::Relaxed {
        panic!("there is no such thing as a relaxed fence");
    }
    execution::attempt(Op::Fence, None, None, Location::caller());
    if order == Ordering::SeqCst {
        demand::require(Demand::SeqCst);
        // loom does not explore the order of fences by itself.
        if let Some(meeting) = execution::with(|e| e.meeting_of_fences()) {
            meeting.visit();
        }
    }
    loom::sync::atomic::fence(order);
    execution::with(|e| {
        let acquirable = e.me().acquirable;
        if order != Ordering::Release {
            e.me().knowledge.learn(&acquirable);
        }
        let (thread, moment, knowledge) = (e.running(), e.next_moment(), e.knowledge());
        if order != Ordering::Acquire {
            e.me().released = knowledge;
        }
        if order == Ordering::SeqCst {
            e.fences.push(Fence { thread, moment, knowledge });
        }
    });
    execution::complete(|entry| entry.ordering = Some(name(order)));
}

/// `std::sync::atomic::spin_loop_hint`.
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
#[track_caller]
pub fn spin_loop_hint() {
    crate::hint::spin_loop();
}

/// `std::sync::atomic::compiler_fence`: it orders nothing between threads.
///
/// # Panics
///
/// If `order` is `Relaxed`.
#[track_caller]
pub fn compiler_fence(order: Ordering) {
    if order == Ordering::Relaxed {
        panic!("there is no such thing as a relaxed fence");
    }
    execution::attempt(Op::Fence, None, None, Location::caller());
    execution::complete(|entry| {
        entry.ordering = Some(name(order));
        entry.text = Some("for the compiler only".into());
    });
}
