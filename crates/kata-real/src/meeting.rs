//! Places where a number of threads wait for each other: barriers, and the hidden tests' rendezvous.

use std::panic::Location;

use kata_trace::{ObjectKind, Op};

use crate::lane::{ObjectIndex, Reason, Wait};
use crate::monitor;
use crate::object::{self, ObjectCell, Part};
use crate::state::{State, Step};

/// Arrives and waits for the others. True for the last one.
pub(crate) fn arrive(
    index: impl FnOnce(&mut State) -> ObjectIndex,
    op: Op,
    call: &'static str,
    at: &'static Location<'static>,
) -> bool {
    let (mut state, frame) = monitor::ask(at);
    let object = index(&mut state);
    let meeting = state.objects[object].meeting();
    meeting.arrived += 1;
    let generation = meeting.generation;
    let last = meeting.arrived == meeting.parties;
    if last {
        meeting.arrived = 0;
        meeting.generation += 1;
    }
    state.release(frame.lane, object);
    if last {
        monitor::changed(&mut state);
    }
    let reason = Reason::Generation { object, generation };
    let wait = Wait { reason, op, call, at, deadline: None, polling: frame.polling };
    let (mut state, _) = monitor::wait(state, frame, wait);
    state.acquire(frame.lane, object);
    state.record(frame.lane, Step::new(op, Some(at)).on(object));
    last
}

/// A rendezvous of the hidden test.
#[derive(Debug)]
pub(crate) struct Rendezvous {
    cell: ObjectCell,
    parties: usize,
    what: String,
}

impl Rendezvous {
    pub(crate) fn new(parties: usize, what: &str, at: &'static Location<'static>) -> Self {
        Rendezvous { cell: ObjectCell::new(Some(at)), parties, what: what.to_owned() }
    }
}

impl kata::Meeting for Rendezvous {
    fn arrive(&self, at: &'static Location<'static>) {
        let part = || {
            let what = self.what.clone();
            Part::Meeting(object::Meeting { parties: self.parties.max(1), arrived: 0, generation: 0, what })
        };
        let index = |state: &mut State| self.cell.index(state, ObjectKind::Rendezvous, part);
        arrive(index, Op::Arrive, "Rendezvous::arrive", at);
    }
}
