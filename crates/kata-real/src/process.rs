//! What stands for `std::process`: real processes, and pipes that the world knows the ends of.
//!
//! Nothing is read, written or reaped before the system says that it can be done at once, and all of it is done under
//! the monitor's lock. So whether a wait for another process can end is a question that the system answers at any
//! moment, and a standstill of this process and its children is a fact, not a guess: everybody here waits, the system
//! says that each child sleeps at an end of a pipe, and none of what is waited for is there.
//!
//! That a child sleeps at an end of a pipe rather than somewhere else is known of a [`Script`], which says so. A child
//! that is another program may sleep for any reason, and as long as it lives no standstill is reported.

mod child;
mod command;
mod pipe;
mod script;
mod watch;

pub use child::{Child, ChildStderr, ChildStdin, ChildStdout, PipeReader, PipeWriter, pipe};
pub use command::{Command, on_spawn};
pub use script::{Script, play};

pub(crate) use pipe::{Pipe, is_ready};
pub(crate) use watch::{Children, Process, children, find_blocked, has_ended};

use crate::monitor;

/// The processes that were started and not waited for.
#[must_use]
pub fn left() -> usize {
    monitor::enter().processes.iter().filter(|process| !process.reaped).count()
}
