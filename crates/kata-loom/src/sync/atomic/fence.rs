//! Fences.

use std::panic::Location;
use std::sync::atomic::Ordering;

use kata_trace::Op;

use super::register::name;
use crate::demand::{self, Demand};
use crate::execution;

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
        if let Some(fences) = execution::with(|e| e.fences()) {
            fences.visit();
        }
    }
    loom::sync::atomic::fence(order);
    execution::with(|e| {
        if order == Ordering::SeqCst {
            e.me().fenced = e.next_stamp();
        }
    });
    execution::complete(|entry| entry.ordering = Some(name(order)));
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
