//! `tokio::runtime::Builder`.

use std::io;
use std::panic::Location;
use std::time::Duration;

use super::handle::RuntimeFlavor;
use super::scheduler::{Options, Scheduler};
use super::{Handle, Runtime};
use crate::coroutine::Shared;

/// The processors of this world, and so the workers of a runtime.
const PROCESSORS: usize = 4;

/// `tokio::runtime::Builder` in this world.
#[derive(Debug)]
pub struct Builder {
    options: Options,
}

/// Options that make no difference in a model.
macro_rules! without_effect {
    ($($(#[$attr:meta])* $name:ident($arg:ident: $type:ty);)*) => {$(
        #[doc = concat!("See `tokio::runtime::Builder::", stringify!($name), "`. It makes no difference in a model.")]
        pub fn $name(&mut self, $arg: $type) -> &mut Self {
            let _ = $arg;
            self
        }
    )*};
}

impl Builder {
    /// A runtime that polls its tasks on the thread that blocks on it.
    #[must_use]
    pub fn new_current_thread() -> Builder {
        Builder { options: Options::new(RuntimeFlavor::CurrentThread) }
    }

    /// A runtime that polls its tasks on several workers.
    #[must_use]
    pub fn new_multi_thread() -> Builder {
        Builder { options: Options { workers: PROCESSORS, ..Options::new(RuntimeFlavor::MultiThread) } }
    }

    /// Enables what there is: time.
    pub fn enable_all(&mut self) -> &mut Self {
        self.enable_time()
    }

    /// Enables time.
    pub fn enable_time(&mut self) -> &mut Self {
        self.options.time = true;
        self
    }

    /// How many tasks are polled at the same time.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn worker_threads(&mut self, val: usize) -> &mut Self {
        assert!(val > 0, "Worker threads cannot be set to 0");
        if self.options.flavor == RuntimeFlavor::MultiThread {
            self.options.workers = val;
        }
        self
    }

    /// How many closures run on the blocking pool at the same time.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn max_blocking_threads(&mut self, val: usize) -> &mut Self {
        assert!(val > 0, "Max blocking threads cannot be set to 0");
        self.options.max_blocking = val;
        self
    }

    /// Whether the clock stands still, and jumps to the next timer when there is nothing else to do.
    pub fn start_paused(&mut self, start_paused: bool) -> &mut Self {
        self.options.paused = start_paused;
        self
    }

    /// How many tasks a `current_thread` runtime polls before it looks after timers.
    ///
    /// # Panics
    ///
    /// If it is 0.
    #[track_caller]
    pub fn event_interval(&mut self, val: u32) -> &mut Self {
        assert!(val > 0, "event_interval must be greater than 0");
        self.options.event_interval = usize::try_from(val).unwrap_or(usize::MAX);
        self
    }

    without_effect! {
        name(val: impl Into<String>);
        thread_name(val: impl Into<String>);
        thread_stack_size(val: usize);
        thread_keep_alive(duration: Duration);
        global_queue_interval(val: u32);
    }

    /// The runtime.
    ///
    /// # Errors
    ///
    /// None here.
    ///
    /// # Panics
    ///
    /// If the clock of a runtime with several workers is to stand still.
    #[track_caller]
    pub fn build(&mut self) -> io::Result<Runtime> {
        assert!(
            !self.options.paused || self.options.flavor == RuntimeFlavor::CurrentThread,
            "`time::pause()` requires the `current_thread` Tokio runtime."
        );
        let scheduler = Shared::new(Scheduler::new(self.options.clone()));
        Ok(Runtime::of(Handle::new(scheduler), Location::caller()))
    }
}
