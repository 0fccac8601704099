//! Threads that return nothing, and those that return what oracles compare.

use crate::thread;

#[used]
static SHARED: [fn(); 5] = [of::<()>, of::<bool>, of::<u32>, of::<u64>, of::<usize>];

fn of<T: Default + Send + 'static>() {
    thread::scope(|scope| drop(scope.spawn(T::default).join()));
    drop(thread::spawn(T::default).join());
}
