//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

use kata_loom::sync::Arc;
use kata_loom::sync::atomic::{AtomicBool, AtomicUsize};
use kata_loom::thread;

#[used]
static SHARED: [fn(); 2] = [threads, atomics];

/// Threads that return nothing, and those that return what oracles compare.
fn threads() {
    thread_of::<()>();
    thread_of::<bool>();
    thread_of::<u64>();
    thread_of::<usize>();
}

fn thread_of<T: Default + Send + 'static>() {
    thread::scope(|scope| drop(scope.spawn(T::default).join()));
    drop(thread::spawn(T::default).join());
}

fn atomics() {
    drop(Arc::clone(&Arc::new(AtomicUsize::new(0))));
    drop(Arc::clone(&Arc::new(AtomicBool::new(false))));
}
