//! `tokio::runtime::Builder`, observed.

use std::io;
use std::panic::Location;
use std::time::Duration;

use super::Runtime;

/// See `tokio::runtime::Builder`.
#[derive(Debug)]
pub struct Builder {
    inner: tokio::runtime::Builder,
}

macro_rules! forward {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {$(
        #[doc = concat!("See `tokio::runtime::Builder::", stringify!($name), "`.")]
        pub fn $name(&mut self, $($arg: $type),*) -> &mut Self {
            self.inner.$name($($arg),*);
            self
        }
    )*};
}

impl Builder {
    /// See `tokio::runtime::Builder::new_current_thread`.
    #[must_use]
    pub fn new_current_thread() -> Builder {
        Builder { inner: tokio::runtime::Builder::new_current_thread() }
    }

    /// See `tokio::runtime::Builder::new_multi_thread`. Every machine has the same number of processors in this
    /// world: `std::thread::available_parallelism`.
    #[must_use]
    pub fn new_multi_thread() -> Builder {
        let mut inner = tokio::runtime::Builder::new_multi_thread();
        if let Ok(workers) = kata_real::thread::available_parallelism() {
            inner.worker_threads(workers.get());
        }
        Builder { inner }
    }

    forward! {
        enable_all();
        enable_time();
        worker_threads(val: usize);
        max_blocking_threads(val: usize);
        name(val: impl Into<String>);
        thread_name(val: impl Into<String>);
        thread_name_fn(f: impl Fn() -> String + Send + Sync + 'static);
        thread_stack_size(val: usize);
        on_thread_start(f: impl Fn() + Send + Sync + 'static);
        on_thread_stop(f: impl Fn() + Send + Sync + 'static);
        on_thread_park(f: impl Fn() + Send + Sync + 'static);
        on_thread_unpark(f: impl Fn() + Send + Sync + 'static);
        thread_keep_alive(duration: Duration);
        global_queue_interval(val: u32);
        event_interval(val: u32);
        start_paused(start_paused: bool);
    }

    /// See `tokio::runtime::Builder::build`.
    ///
    /// # Errors
    /// The system has no thread or descriptor left.
    #[track_caller]
    pub fn build(&mut self) -> io::Result<Runtime> {
        let built = Location::caller();
        Ok(Runtime::wrap(self.inner.build()?, built))
    }
}
