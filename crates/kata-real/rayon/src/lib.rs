//! What stands for `rayon` in the real world: rayon as it is, on machines that all have the same number of processors, with
//! pools whose threads the world knows and counts.
//!
//! - The global pool is started by [`enter`], which a hidden test calls first, with as many threads as
//!   `std::thread::available_parallelism` says. It counts when it is first used.
//! - A pool that is dropped is gone when the drop returns: rayon's own threads may take a while.
//! - What a thread of a pool does between two calls that reach the world is not seen, nor is who waits for whom inside
//!   rayon: whether all of them sleep, the system says.
//! - `spawn_handler`, `build_scoped` and `use_current_thread` are not offered: a file that uses them does not compile. The
//!   global pool has the size that it has: `build_global` with another one is an error.

mod builder;
mod pool;

// What is named here hides what the glob would bring.
pub use builder::ThreadPoolBuilder;
pub use pool::ThreadPool;
#[doc(no_inline)]
pub use rayon::*;

use std::sync::Once;

use kata_real::pool::Pool;

/// The number of threads that a pool has if nobody says otherwise.
fn usual() -> usize {
    kata_real::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Starts the global pool. Calls after the first do nothing.
///
/// # Panics
/// The system has no thread left.
#[doc(hidden)]
pub fn enter() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let pool = Pool::ambient(usual());
        let builder = rayon::ThreadPoolBuilder::new().num_threads(usual());
        let builder = builder.spawn_handler(move |thread| builder::start(pool, thread));
        builder.build_global().expect("nobody has used rayon before");
    });
}
