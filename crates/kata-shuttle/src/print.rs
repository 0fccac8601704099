//! Printing inside a model: a program runs thousands of times, so that what it prints goes into the timeline.

use std::fmt::Arguments;
use std::panic::Location;

use crate::kernel;

/// What `print!` and its relatives expand to.
#[track_caller]
pub fn print(text: Arguments<'_>) {
    let at = Location::caller();
    // Formatted first: the arguments may use primitives.
    let text = text.to_string();
    // The thread stops here: a loop that prints may never reach a point where the model takes over.
    if let Err(flood) = kernel::with(|kernel| kernel.print(&text, at)) {
        kernel::fail(flood);
    }
}
