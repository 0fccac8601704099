//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

use crate::runtime::{Builder, Runtime};
use crate::task;

#[used]
static SHARED: [fn(); 1] = [tasks];

/// Tasks that return nothing.
fn tasks() {
    let (one, several) = (Builder::new_current_thread().build(), Runtime::new());
    for runtime in [one, several].into_iter().flatten() {
        runtime.block_on(async { drop(task::spawn(async {}).await) });
    }
}
