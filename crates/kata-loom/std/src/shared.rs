//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

#[path = "../../../kata-shuttle/std/src/shared/threads.rs"]
mod threads;

use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicBool, AtomicUsize};

#[used]
static SHARED: [fn(); 1] = [atomics];

fn atomics() {
    drop(Arc::clone(&Arc::new(AtomicUsize::new(0))));
    drop(Arc::clone(&Arc::new(AtomicBool::new(false))));
}
