//! `tokio::sync::Barrier`.

use std::fmt;

use kata_trace::{ObjectKind, Op};
use tokio::sync as real;

use super::primitive::{Primitive, here, operation};

/// `tokio::sync::Barrier` in this world.
pub struct Barrier {
    primitive: Primitive<real::Barrier>,
}

/// `tokio::sync::BarrierWaitResult` in this world.
#[derive(Clone, Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether it is the one of all that were let through together.
    #[must_use]
    pub fn is_leader(&self) -> bool {
        self.0
    }
}

impl Barrier {
    /// For so many tasks.
    #[track_caller]
    #[must_use]
    pub fn new(n: usize) -> Barrier {
        Barrier { primitive: Primitive::new(ObjectKind::Barrier, real::Barrier::new(n)) }
    }

    /// Waits for the others.
    #[track_caller]
    pub fn wait(&self) -> impl Future<Output = BarrierWaitResult> {
        let at = here();
        async move {
            let identity = self.primitive.identity();
            identity.progresses();
            let result = operation(identity, Op::BarrierWait, at, self.primitive.real().wait()).await;
            identity.record(Op::BarrierWait, Some(at), |_| {});
            BarrierWaitResult(result.is_leader())
        }
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Barrier").finish_non_exhaustive()
    }
}
