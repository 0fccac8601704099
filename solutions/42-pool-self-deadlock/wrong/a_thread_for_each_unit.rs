//! verdict: oversubscribed
//! scenario: a_tree_and_one_worker
//! why: without a pool nobody waits for a place in it: as many threads as units, all at the same time.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::sync::Arc;
use std::thread;

/// The number of a unit.
pub type UnitId = u32;

/// Something to compile, and what it needs. No unit is needed by two others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub needs: Vec<Unit>,
}

/// Compiles units, each on a thread of its own.
pub struct Builder {
    compile: Arc<dyn Fn(UnitId) + Send + Sync>,
}

impl Builder {
    pub fn new(_workers: usize, compile: impl Fn(UnitId) + Send + Sync + 'static) -> Self {
        Builder { compile: Arc::new(compile) }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        thread::scope(|scope| {
            for need in unit.needs {
                scope.spawn(|| self.build(need));
            }
        });
        (self.compile)(unit.id);
    }
}
