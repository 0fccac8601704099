//! The oracles of `kata` in this world.

use std::cell::Cell;
use std::panic::Location;

use kata::{Entry, Failure, Meeting, World};
use kata_trace::{ObjectKind, Op, Verdict};

use crate::object::Object;
use crate::point::{Point, Sleepers};
use crate::{execution, explore};

/// This world, as `kata` sees it.
pub(crate) struct LoomWorld;

impl World for LoomWorld {
    fn name(&self, address: usize, size: usize, label: &str) {
        execution::with(|e| e.log.add_label(address, size, label));
    }

    fn note(&self, text: &str, at: &'static Location<'static>) {
        execution::record(Op::Note, None, Some(at), |entry| entry.text = Some(text.into()));
    }

    fn meeting(&self, parties: usize, what: &str, at: &'static Location<'static>) -> Box<dyn Meeting> {
        let gate = Gate {
            object: Object::new(ObjectKind::Rendezvous),
            point: Point::new(),
            parties,
            arrived: Cell::new(0),
            sleepers: Sleepers::default(),
        };
        let object = gate.object.id(at);
        execution::with(|e| e.add_meeting(object, what));
        Box::new(gate)
    }

    fn fail(&self, failure: Failure) -> ! {
        if let Some(at) = failure.at.clone().filter(|_| failure.verdict == Verdict::AssertionFailed) {
            execution::with(|e| {
                let entry =
                    Entry { text: Some(failure.message.as_str().into()), ..Entry::new(e.running(), Op::Panic, None) };
                e.log.push_at(entry, at);
            });
        }
        explore::conclude(failure)
    }
}

struct Gate {
    object: Object,
    point: Point,
    parties: usize,
    arrived: Cell<usize>,
    sleepers: Sleepers,
}

// SAFETY: all threads of a model run on one operating-system thread, one at a time, and loom refuses any other.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Gate {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Gate {}

impl Meeting for Gate {
    fn arrive(&self, at: &'static Location<'static>) {
        execution::attempt(Op::Arrive, Some(self.object.id(at)), None, at);
        self.point.visit();
        self.arrived.set(self.arrived.get() + 1);
        if self.arrived.get() < self.parties {
            while self.arrived.get() < self.parties {
                self.sleepers.sleep();
            }
        } else {
            self.sleepers.wake();
        }
        execution::complete(|_| {});
    }
}
