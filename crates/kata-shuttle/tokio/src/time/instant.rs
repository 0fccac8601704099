//! `tokio::time::Instant`.

use std::fmt;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

use kata_shuttle::{task, time};

use crate::context;

/// So late that it never comes: thirty years, as in tokio.
const FAR_FUTURE: Duration = Duration::from_secs(86_400 * 365 * 30);

/// `tokio::time::Instant` in this world.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(time::Instant);

impl Instant {
    /// This moment, on the clock of the runtime around.
    #[must_use]
    pub fn now() -> Instant {
        Instant::on_the_clock(task::read_clock())
    }

    /// The moment `duration` from now on, or one that never comes: for a limit. The program does not learn what the
    /// clock says.
    pub(crate) fn after(duration: Duration) -> Instant {
        let now = Instant::on_the_clock(task::now());
        now.checked_add(duration).unwrap_or_else(|| now + FAR_FUTURE)
    }

    fn on_the_clock(model: Duration) -> Instant {
        let clock = context::handle().map(|handle| handle.clock());
        Instant(time::Instant::at(clock.map_or(model, |clock| clock.now())))
    }

    /// The same moment as a `std::time::Instant`.
    #[must_use]
    pub fn from_std(std: time::Instant) -> Instant {
        Instant(std)
    }

    /// The same moment as a `std::time::Instant`.
    #[must_use]
    pub fn into_std(self) -> time::Instant {
        self.0
    }

    /// The time since the execution began.
    pub(crate) fn since_start(self) -> Duration {
        self.0.deadline()
    }

    /// The time since `earlier`, or zero.
    #[must_use]
    pub fn duration_since(&self, earlier: Instant) -> Duration {
        self.0.duration_since(earlier.0)
    }

    /// The time since `earlier`, if it is earlier.
    #[must_use]
    pub fn checked_duration_since(&self, earlier: Instant) -> Option<Duration> {
        self.0.checked_duration_since(earlier.0)
    }

    /// The time since `earlier`, or zero.
    #[must_use]
    pub fn saturating_duration_since(&self, earlier: Instant) -> Duration {
        self.0.saturating_duration_since(earlier.0)
    }

    /// The time since this moment.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Instant::now().duration_since(*self)
    }

    /// The moment `duration` later, if it can be represented.
    #[must_use]
    pub fn checked_add(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_add(duration).map(Instant)
    }

    /// The moment `duration` earlier, if it can be represented.
    #[must_use]
    pub fn checked_sub(&self, duration: Duration) -> Option<Instant> {
        self.0.checked_sub(duration).map(Instant)
    }
}

impl From<time::Instant> for Instant {
    fn from(std: time::Instant) -> Instant {
        Instant(std)
    }
}

impl From<Instant> for time::Instant {
    fn from(instant: Instant) -> time::Instant {
        instant.0
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant(self.0 + duration)
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        self.0 += duration;
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        self.duration_since(earlier)
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;

    fn sub(self, duration: Duration) -> Instant {
        Instant(self.0 - duration)
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        self.0 -= duration;
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
