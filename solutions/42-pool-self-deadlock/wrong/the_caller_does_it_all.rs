//! verdict: not-concurrent
//! scenario: what_a_unit_needs_is_compiled_at_the_same_time
//! why: whoever calls `build` compiles: there is no pool left to wait for, and no second unit at the same time.
//!
//! A build tool: a unit is compiled when everything that it needs has been compiled.

use std::sync::Mutex;

/// The number of a unit.
pub type UnitId = u32;

/// Something to compile, and what it needs. No unit is needed by two others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub needs: Vec<Unit>,
}

/// Compiles units, one at a time.
pub struct Builder {
    at_work: Mutex<()>,
    compile: Box<dyn Fn(UnitId) + Send + Sync>,
}

impl Builder {
    pub fn new(_workers: usize, compile: impl Fn(UnitId) + Send + Sync + 'static) -> Self {
        Builder { at_work: Mutex::new(()), compile: Box::new(compile) }
    }

    /// Compiles a unit and everything that it needs, and returns when that is done.
    pub fn build(&self, unit: Unit) {
        let _at_work = self.at_work.lock().unwrap();
        self.compile_all(unit);
    }

    fn compile_all(&self, unit: Unit) {
        for need in unit.needs {
            self.compile_all(need);
        }
        (self.compile)(unit.id);
    }
}
