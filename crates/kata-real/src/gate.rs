//! A gate: work waits in front of it until the hidden test opens it. What a sleep would only make likely, it makes
//! certain.

use std::panic::Location;

use kata_trace::{ObjectKind, Op, Verdict};

use crate::lane::{ObjectIndex, Reason, Wait};
use crate::monitor;
use crate::object::{self, ObjectCell, Part};
use crate::state::State;

/// A gate. It opens once and stays open.
#[derive(Debug)]
pub struct Gate {
    cell: ObjectCell,
    name: String,
    verdict: Verdict,
    closed: String,
}

impl Gate {
    /// A closed gate, named after the work that it holds up. If nobody can open it any more while somebody
    /// waits, the scenario ends with `verdict` and `message`.
    #[track_caller]
    #[must_use]
    pub fn new(name: impl Into<String>, verdict: Verdict, message: impl Into<String>) -> Self {
        let cell = ObjectCell::new(Some(Location::caller()));
        Gate { cell, name: name.into(), verdict, closed: message.into() }
    }

    fn index(&self, state: &mut State) -> ObjectIndex {
        self.cell.index(state, ObjectKind::Rendezvous, || {
            Part::Gate(object::Gate {
                name: self.name.clone(),
                open: false,
                verdict: self.verdict,
                closed: self.closed.clone(),
            })
        })
    }

    /// Waits until the gate is open. `call`, made at `at`, is what the learner is shown as waiting.
    pub fn pass(&self, call: &'static str, at: &'static Location<'static>) {
        let (mut state, frame) = monitor::ask(at);
        let object = self.index(&mut state);
        let reason = Reason::Open { object };
        let wait = Wait { reason, op: Op::Arrive, call, at, deadline: None, polling: frame.polling };
        let (mut state, _) = monitor::wait(state, frame, wait);
        state.acquire(frame.lane, object);
    }

    /// Opens the gate.
    pub fn open(&self) {
        let (mut state, frame) = monitor::give();
        let object = self.index(&mut state);
        // Who passes learns from whoever opened it, not from those who found it open.
        if !std::mem::replace(&mut state.objects[object].gate().open, true) {
            state.release(frame.lane, object);
            monitor::changed(&mut state);
        }
    }

    /// Whether the gate is open.
    pub fn is_open(&self) -> bool {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.objects[object].gate().open
    }

    /// How many threads wait in front of the gate.
    pub fn waiting(&self) -> usize {
        let mut state = monitor::enter();
        let object = self.index(&mut state);
        state.waiting_for(Reason::Open { object }).count()
    }
}
