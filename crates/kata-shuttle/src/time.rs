//! Virtual time.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
pub use std::time::{Duration, SystemTimeError, TryFromFloatSecsError};

use crate::kernel;

macro_rules! clock {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) Duration);

        impl $name {
            /// The moment of the call.
            pub fn now() -> Self {
                $name(kernel::with(kernel::Kernel::read_clock) + EPOCH)
            }

            /// The moment `duration` later, if it can be represented.
            pub fn checked_add(&self, duration: Duration) -> Option<Self> {
                self.0.checked_add(duration).map($name)
            }

            /// The moment `duration` earlier, if it can be represented.
            pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
                self.0.checked_sub(duration).map($name)
            }
        }

        impl Add<Duration> for $name {
            type Output = Self;

            fn add(self, duration: Duration) -> Self {
                $name(self.0 + duration)
            }
        }

        impl AddAssign<Duration> for $name {
            fn add_assign(&mut self, duration: Duration) {
                self.0 += duration;
            }
        }

        impl Sub<Duration> for $name {
            type Output = Self;

            fn sub(self, duration: Duration) -> Self {
                $name(self.0 - duration)
            }
        }

        impl SubAssign<Duration> for $name {
            fn sub_assign(&mut self, duration: Duration) {
                self.0 -= duration;
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }
    };
}

/// Where virtual time starts, so that programs can look back from it.
const EPOCH: Duration = Duration::from_secs(1_000_000_000);

clock! {
    /// `std::time::Instant` in virtual time.
    Instant
}

clock! {
    /// `std::time::SystemTime` in virtual time.
    SystemTime
}

/// `std::time::UNIX_EPOCH`.
pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

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

    /// The time since this moment.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// The time since `earlier`, or zero.
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The time since `earlier`, or zero.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The time since `earlier`, if it is earlier.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_sub(earlier.0)
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl SystemTime {
    /// See [`UNIX_EPOCH`].
    pub const UNIX_EPOCH: SystemTime = SystemTime(Duration::ZERO);

    /// The time since `earlier`.
    ///
    /// # Errors
    ///
    /// The time until `earlier`, if it is later.
    pub fn duration_since(&self, earlier: SystemTime) -> Result<Duration, SystemTimeError> {
        // The real type makes the error, which has no public constructor.
        let real = |time: SystemTime| std::time::UNIX_EPOCH + time.0;
        real(*self).duration_since(real(earlier))
    }

    /// The time since this moment.
    ///
    /// # Errors
    ///
    /// As for [`SystemTime::duration_since`].
    pub fn elapsed(&self) -> Result<Duration, SystemTimeError> {
        SystemTime::now().duration_since(*self)
    }
}
