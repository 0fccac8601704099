//! `tokio::sync::Semaphore`.

use std::fmt;
use std::sync::Arc;

use kata::Scalar;
use kata_trace::{ObjectKind, Op};
use tokio::sync as real;

use super::permits::Permits;
use super::primitive::{Place, here};
use super::{AcquireError, TryAcquireError};

/// `tokio::sync::Semaphore` in this world.
pub struct Semaphore {
    permits: Permits,
}

/// `tokio::sync::SemaphorePermit` in this world.
#[must_use]
#[clippy::has_significant_drop]
pub struct SemaphorePermit<'a> {
    semaphore: &'a Semaphore,
    permits: u32,
}

/// `tokio::sync::OwnedSemaphorePermit` in this world.
#[must_use]
#[clippy::has_significant_drop]
pub struct OwnedSemaphorePermit {
    semaphore: Arc<Semaphore>,
    permits: u32,
}

impl Semaphore {
    /// The most permits that there can be.
    pub const MAX_PERMITS: usize = real::Semaphore::MAX_PERMITS;

    /// With so many permits.
    #[track_caller]
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self::const_new(permits)
    }

    /// With so many permits.
    #[track_caller]
    #[must_use]
    pub const fn const_new(permits: usize) -> Self {
        Semaphore { permits: Permits::new(ObjectKind::Semaphore, permits) }
    }

    fn look(&self, at: Place) -> &real::Semaphore {
        let identity = self.permits.primitive().identity();
        identity.look();
        identity.point(Op::TryLock, at);
        self.permits.real()
    }

    /// How many permits nobody has.
    #[track_caller]
    #[must_use]
    pub fn available_permits(&self) -> usize {
        self.look(here()).available_permits()
    }

    /// Adds permits.
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        let at = here();
        self.permits.primitive().identity().point(Op::Unlock, at);
        self.permits.release(n, Op::Unlock, Some(at), || None);
    }

    /// Takes permits away for good. Returns how many there were to take.
    #[track_caller]
    pub fn forget_permits(&self, n: usize) -> usize {
        let forgotten = self.look(here()).forget_permits(n);
        self.permits.tell();
        forgotten
    }

    async fn acquire_at(&self, permits: u32, at: Place) -> Result<(), AcquireError> {
        self.permits.acquire(permits, Op::Lock, at, || Scalar::None).await
    }

    fn try_acquire_at(&self, permits: u32, at: Place) -> Result<(), TryAcquireError> {
        self.permits.try_acquire(permits, Op::TryLock, at, || Scalar::None)
    }

    /// Waits for a permit. Who waits first gets one first.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        self.acquire_many(1)
    }

    /// Waits for permits. Who waits first gets them first.
    #[track_caller]
    pub fn acquire_many(&self, n: u32) -> impl Future<Output = Result<SemaphorePermit<'_>, AcquireError>> {
        let at = here();
        async move {
            self.acquire_at(n, at).await?;
            Ok(SemaphorePermit { semaphore: self, permits: n })
        }
    }

    /// Takes a permit if there is one.
    ///
    /// # Errors
    ///
    /// If there is none, or the semaphore is closed.
    #[track_caller]
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes permits if there are enough.
    ///
    /// # Errors
    ///
    /// If there are not enough, or the semaphore is closed.
    #[track_caller]
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_at(n, here())?;
        Ok(SemaphorePermit { semaphore: self, permits: n })
    }

    /// As [`Semaphore::acquire`].
    #[track_caller]
    pub fn acquire_owned(self: Arc<Self>) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        self.acquire_many_owned(1)
    }

    /// As [`Semaphore::acquire_many`].
    #[track_caller]
    pub fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> impl Future<Output = Result<OwnedSemaphorePermit, AcquireError>> {
        let at = here();
        async move {
            self.acquire_at(n, at).await?;
            Ok(OwnedSemaphorePermit { semaphore: self, permits: n })
        }
    }

    /// As [`Semaphore::try_acquire`].
    ///
    /// # Errors
    ///
    /// If there is none, or the semaphore is closed.
    #[track_caller]
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`Semaphore::try_acquire_many`].
    ///
    /// # Errors
    ///
    /// If there are not enough, or the semaphore is closed.
    #[track_caller]
    pub fn try_acquire_many_owned(self: Arc<Self>, n: u32) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_at(n, here())?;
        Ok(OwnedSemaphorePermit { semaphore: self, permits: n })
    }

    /// Ends every wait, and every later one, with an error.
    #[track_caller]
    pub fn close(&self) {
        let at = here();
        let identity = self.permits.primitive().identity();
        identity.point(Op::NotifyAll, at);
        self.permits.real().close();
        identity.progresses();
        identity.record(Op::NotifyAll, Some(at), |_| {});
    }

    /// Whether it was closed.
    #[track_caller]
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.look(here()).is_closed()
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore").field("permits", &self.permits.real().available_permits()).finish()
    }
}

/// Declares what both permits have in common.
macro_rules! permit {
    ($name:ident [$($lifetime:lifetime)?] $same:expr, $clone:expr) => {
        impl $name $(<$lifetime>)? {
            /// The permits are never given back.
            pub fn forget(mut self) {
                self.permits = 0;
            }

            /// Joins two permits into one.
            ///
            /// # Panics
            ///
            /// If they are of different semaphores.
            #[track_caller]
            pub fn merge(&mut self, mut other: Self) {
                let same: fn(&Self, &Self) -> bool = $same;
                assert!(same(self, &other), "merging permits from different semaphore instances");
                self.permits += other.permits;
                other.permits = 0;
            }

            /// Splits permits off, if there are so many.
            pub fn split(&mut self, n: usize) -> Option<Self> {
                let n = u32::try_from(n).ok().filter(|n| *n <= self.permits)?;
                self.permits -= n;
                let clone: fn(&Self, u32) -> Self = $clone;
                Some(clone(self, n))
            }

            /// How many permits it is.
            #[must_use]
            pub fn num_permits(&self) -> usize {
                self.permits as usize
            }
        }

        impl Drop for $name $(<$lifetime>)? {
            fn drop(&mut self) {
                if self.permits > 0 {
                    self.semaphore.permits.release(self.permits as usize, Op::Unlock, None, || None);
                }
            }
        }

        impl fmt::Debug for $name $(<$lifetime>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("permits", &self.permits).finish_non_exhaustive()
            }
        }
    };
}
permit!(SemaphorePermit['_] |one, other| std::ptr::eq(one.semaphore, other.semaphore),
    |one, permits| Self { semaphore: one.semaphore, permits });
permit!(OwnedSemaphorePermit[] |one, other| Arc::ptr_eq(&one.semaphore, &other.semaphore),
    |one, permits| Self { semaphore: Arc::clone(&one.semaphore), permits });

impl OwnedSemaphorePermit {
    /// Its semaphore.
    #[must_use]
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        &self.semaphore
    }
}
