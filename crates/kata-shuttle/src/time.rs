//! Virtual time.

use crate::kernel::{self, Kernel};

kata::virtual_time!(kernel::with(Kernel::read_clock));

/// The moment that is `limit` away, for [`crate::sync::raw`].
#[must_use]
pub fn deadline(limit: Duration) -> Duration {
    kernel::with(|kernel| kernel.now()).saturating_add(limit)
}

impl Instant {
    /// This moment, for [`crate::sync::raw`].
    #[must_use]
    pub fn deadline(self) -> Duration {
        self.0.saturating_sub(EPOCH)
    }

    /// The moment at this time since the execution began.
    #[must_use]
    pub fn at(time: Duration) -> Self {
        Instant(EPOCH.saturating_add(time))
    }
}
