//! A semaphore of tokio, of which its locks are made here as they are there.

use std::cell::Cell;

use kata::{Entry, Scalar};
use kata_shuttle::task;
use kata_trace::{ObjectKind, Op};
use tokio::sync as real;

use super::primitive::{Place, Primitive, operation};
use super::{AcquireError, TryAcquireError};
use crate::coroutine::coroutine_safe;

/// A semaphore. Who waits first gets permits first.
pub(crate) struct Permits {
    primitive: Primitive<real::Semaphore>,
    initial: usize,
    /// The execution, and what the kernel was last told in it.
    told: Cell<(u32, u64)>,
}

coroutine_safe! {
    unsafe impl [] Sync for Permits;
}

impl Permits {
    #[track_caller]
    pub(crate) const fn new(kind: ObjectKind, permits: usize) -> Self {
        let real = real::Semaphore::const_new(permits);
        Permits { primitive: Primitive::new(kind, real), initial: permits, told: Cell::new((0, 0)) }
    }

    pub(crate) fn real(&self) -> &real::Semaphore {
        self.primitive.real()
    }

    pub(crate) fn primitive(&self) -> &Primitive<real::Semaphore> {
        &self.primitive
    }

    pub(crate) fn tell(&self) {
        let now = self.real().available_permits() as u64;
        let execution = task::execution();
        let (told_in, told) = self.told.replace((execution, now));
        let before = if told_in == execution { told } else { self.initial as u64 };
        self.primitive.identity().changes(before, now);
    }

    /// Waits for permits, which are the caller's until it releases them.
    pub(crate) async fn acquire(
        &self,
        permits: u32,
        op: Op,
        at: Place,
        value: impl Fn() -> Scalar,
    ) -> Result<(), AcquireError> {
        let identity = self.primitive.identity();
        let acquired = operation(identity, op, at, self.real().acquire_many(permits)).await;
        let ok = acquired.map(real::SemaphorePermit::forget);
        self.tell();
        identity.record(op, Some(at), |entry| match ok {
            Ok(()) => entry.after = value(),
            Err(_) => entry.ok = Some(false),
        });
        ok
    }

    /// Takes permits if there are enough.
    pub(crate) fn try_acquire(
        &self,
        permits: u32,
        op: Op,
        at: Place,
        value: impl Fn() -> Scalar,
    ) -> Result<(), TryAcquireError> {
        let identity = self.primitive.identity();
        identity.look();
        identity.point(op, at);
        let ok = self.real().try_acquire_many(permits).map(real::SemaphorePermit::forget);
        self.tell();
        identity.record(op, Some(at), |entry| {
            entry.ok = Some(ok.is_ok());
            if ok.is_ok() {
                entry.after = value();
            }
        });
        ok
    }

    /// Gives permits back. `prepare` completes the log's entry.
    pub(crate) fn release(
        &self,
        permits: usize,
        op: Op,
        at: Option<Place>,
        value: impl FnOnce() -> Option<(Scalar, Scalar)>,
    ) {
        let identity = self.primitive.identity();
        identity.release(op, at);
        let values = value();
        if let Some((before, after)) = values.filter(|_| at.is_some()) {
            identity.writes(before, after);
        }
        self.real().add_permits(permits);
        self.tell();
        identity.record(op, at, |entry: &mut Entry| {
            if let Some((before, after)) = values {
                entry.before = before;
                entry.after = after;
            }
        });
    }
}
