//! The oracles of `kata` in this world.

use std::cell::Cell;
use std::panic::Location;

use kata::{Failure, Meeting, World};
use kata_trace::{ObjectKind, Op};

use crate::kernel::{self, Kernel, Readiness, Step};
use crate::object::Object;

/// This world, as `kata` sees it.
pub(crate) struct ShuttleWorld;

impl World for ShuttleWorld {
    fn name(&self, address: usize, size: usize, label: &str) {
        kernel::with(|kernel| kernel.log.add_label(address, size, label));
    }

    fn note(&self, text: &str, at: &'static Location<'static>) {
        kernel::with(|kernel| kernel.record(Op::Note, None, at, |entry| entry.text = Some(text.into())));
    }

    fn meeting(&self, parties: usize, what: &str, _at: &'static Location<'static>) -> Box<dyn Meeting> {
        let gate = Gate { object: Object::new(), parties, arrived: Cell::new(0) };
        let (id, _) = gate.object.enter(ObjectKind::Rendezvous);
        kernel::with(|kernel| kernel.log.set_label(id, what));
        Box::new(gate)
    }

    fn quiesce(&self, at: &'static Location<'static>) {
        kernel::step(Step { last: true, internal: true, ..Step::of(Op::Quiesce, at) });
        kernel::with(|kernel| kernel.record(Op::Quiesce, None, at, |_| {}));
    }

    fn threads_started(&self) -> usize {
        // The scenario's function runs on the first one.
        kernel::with(|kernel| kernel.thread_count()) - 1
    }

    fn time_limits(&self) -> usize {
        kernel::with(|kernel| kernel.time_limits())
    }

    fn fail(&self, failure: Failure) -> ! {
        kernel::with(|kernel| kernel.log_assertion(&failure));
        kernel::fail(failure)
    }
}

struct Gate {
    object: Object,
    parties: usize,
    arrived: Cell<usize>,
}

// SAFETY: all threads of an execution run on one operating-system thread, one at a time.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Send for Gate {}
// SAFETY: as above.
#[allow(unsafe_code, reason = "a model's threads are coroutines")]
unsafe impl Sync for Gate {}

impl Meeting for Gate {
    fn arrive(&self, at: &'static Location<'static>) {
        let (id, _) = self.object.enter(ObjectKind::Rendezvous);
        self.arrived.set(self.arrived.get() + 1);
        kernel::with(Kernel::progresses);
        let met = |_: &Kernel| Readiness::free_when(self.arrived.get() >= self.parties);
        kernel::step(Step::on(Op::Arrive, id, at).when(&met));
        kernel::with(|kernel| kernel.record(Op::Arrive, Some(id), at, |_| {}));
    }
}
