//! `std::time` in virtual time, for worlds that have a clock of their own.

/// Defines the module's `Instant`, `SystemTime` and what belongs to them. `$elapsed` is the virtual time since the
/// execution began.
#[macro_export]
macro_rules! virtual_time {
    ($elapsed:expr) => {
        use std::fmt;
        use std::ops::{Add, AddAssign, Sub, SubAssign};

        #[doc(no_inline)]
        pub use std::time::{Duration, SystemTimeError, TryFromFloatSecsError};

        /// Where virtual time starts, so that programs can look back from it.
        const EPOCH: Duration = Duration::from_secs(1_000_000_000);

        $crate::__virtual_moment! {
            /// `std::time::Instant` in virtual time.
            Instant, $elapsed
        }

        $crate::__virtual_moment! {
            /// `std::time::SystemTime` in virtual time.
            SystemTime, $elapsed
        }

        /// `std::time::UNIX_EPOCH`.
        pub const UNIX_EPOCH: SystemTime = SystemTime::UNIX_EPOCH;

        impl Instant {
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
                self.duration_since(earlier)
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
    };
}

/// A moment: what `Instant` and `SystemTime` have in common.
#[doc(hidden)]
#[macro_export]
macro_rules! __virtual_moment {
    ($(#[$doc:meta])* $name:ident, $elapsed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Duration);

        impl $name {
            /// The moment of the call.
            #[must_use]
            pub fn now() -> Self {
                $name(EPOCH + $elapsed)
            }

            /// The moment `duration` later, if it can be represented.
            #[must_use]
            pub fn checked_add(&self, duration: Duration) -> Option<Self> {
                self.0.checked_add(duration).map($name)
            }

            /// The moment `duration` earlier, if it can be represented.
            #[must_use]
            pub fn checked_sub(&self, duration: Duration) -> Option<Self> {
                self.0.checked_sub(duration).map($name)
            }
        }

        impl Add<Duration> for $name {
            type Output = Self;

            fn add(self, duration: Duration) -> Self {
                self.checked_add(duration).expect("overflow when adding duration to instant")
            }
        }

        impl AddAssign<Duration> for $name {
            fn add_assign(&mut self, duration: Duration) {
                *self = *self + duration;
            }
        }

        impl Sub<Duration> for $name {
            type Output = Self;

            fn sub(self, duration: Duration) -> Self {
                self.checked_sub(duration).expect("overflow when subtracting duration from instant")
            }
        }

        impl SubAssign<Duration> for $name {
            fn sub_assign(&mut self, duration: Duration) {
                *self = *self - duration;
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.0).finish()
            }
        }
    };
}
