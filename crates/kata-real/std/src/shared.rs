//! Generic code for the types that most programs use, compiled here once: rustc takes it from here instead of compiling
//! it again with each program. Nothing of it is ever called.

use std::sync::Arc;

use kata_real::thread;

#[used]
static SHARED: [fn(); 2] = [threads, meetings];

fn threads() {
    thread::scope(|scope| drop(scope.spawn(|| ()).join()));
    drop(thread::spawn(|| ()).join());
}

/// What scenarios meet with.
fn meetings() {
    drop(Arc::new(kata::Rendezvous::new(2, "")));
}
