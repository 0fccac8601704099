//! A point of an execution at which somebody else decides who goes on.

use serde::{Deserialize, Serialize};

use crate::{Event, ThreadId};

/// How a thread that is chosen proceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// What it waited for, if anything, has happened.
    Go,
    /// Its time limit passes.
    Timeout,
    /// It wakes, or fails, for no reason, as the standard library allows.
    Spurious,
    /// It queues behind a writer that waits for the same lock: it does not run, or finds that it would have to wait.
    Queue,
    /// It goes on, with this one of several options that its program leaves to chance.
    Pick(u8),
}

/// One outcome of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// What takes it, when it is appended to the schedule that leads to the decision.
    pub token: String,
    /// Who goes on.
    pub thread: ThreadId,
    /// How.
    pub turn: Turn,
    /// It costs a preemption, or counts like one.
    pub preemption: bool,
    /// What the thread is about to do: a step that has not happened. `None` if it has done nothing yet, so that nobody
    /// knows.
    pub next: Option<Event>,
}

/// Who can go on, and who cannot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// At least two. The first adds no preemption.
    pub alternatives: Vec<Alternative>,
    /// What the others wait for: steps that have not happened. One that is not [`Event::blocked`] is a thread's that
    /// goes round in a loop while nothing changes.
    pub waiting: Vec<Event>,
}

/// Where an execution that followed a schedule stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What is to be decided, of one that was to stop; `None` if it is over.
    pub decision: Option<Decision>,
    /// For each object of the trace, where it lies. In all executions that are the same up to its creation it lies in
    /// the same place, and later objects lie in higher ones. `None` where that cannot be told.
    pub places: Vec<Option<u64>>,
}
