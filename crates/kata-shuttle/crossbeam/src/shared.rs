//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

use std::time::Duration;

use crate::channel::{bounded, unbounded};

#[used]
static SHARED: [fn(); 1] = [signals];

/// Channels whose messages say nothing but that they come.
fn signals() {
    for (sender, receiver) in [bounded::<()>(0), unbounded()] {
        let _ = (sender.send(()), sender.try_send(()), sender.send_timeout((), Duration::ZERO));
        let _ = (receiver.recv(), receiver.try_recv(), receiver.recv_timeout(Duration::ZERO));
        drop((sender.clone(), receiver.clone()));
    }
}
