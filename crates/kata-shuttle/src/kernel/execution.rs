//! Executions, one after the other.

use std::time::Duration;

use kata::{Failure, arena};
use kata_trace::{Decision, Evidence, Standing, ThreadId};

use super::{Kernel, Subject, Thread};
use crate::search::Search;

/// Wake-ups for no reason, and failures for no reason, in one execution. One is enough to tell `if` from `while`; more
/// would make every waiting loop endless.
const SPURIOUS: u32 = 1;

/// Steps of all executions of a search together. A long scenario ends here, as one that was not exhausted, and not at the
/// limit of processor time, which would fail it: a number of steps is the same on every machine.
const SEARCH_STEPS: u64 = 3_000_000;

/// The end of a search.
pub(crate) struct Left {
    pub(crate) executions: u64,
    pub(crate) bound: Option<u32>,
    pub(crate) exhaustive: bool,
    /// The program looks at these without waiting for them. The search must start again if they are more than before.
    pub(crate) looked: Vec<Subject>,
    pub(crate) restart: bool,
    pub(crate) failure: Option<Failure>,
    /// The steps of all executions.
    pub(crate) steps: u64,
    /// The preemptions of the last execution.
    pub(crate) preemptions: u32,
    /// The schedule of the last execution.
    pub(crate) schedule: String,
    /// Where the last execution has stopped, if it did.
    pub(crate) decision: Option<Decision>,
    pub(crate) search: Box<dyn Search>,
}

impl Kernel {
    /// Prepares for a search.
    pub(crate) fn enter(
        &mut self,
        search: Box<dyn Search>,
        looked: Vec<Subject>,
        max_steps: u64,
        max_output: usize,
        silent: bool,
    ) {
        let epoch = self.epoch;
        *self = Kernel { search: Some(search), max_steps, max_output, silent, looked, epoch, ..Kernel::default() };
    }

    /// Begins the next execution. `false` when there is none left.
    pub(crate) fn begin(&mut self, max_executions: u64) -> bool {
        self.end();
        let search = self.search.as_mut().expect("a search was entered");
        let spent = self.executions >= max_executions || self.searched >= SEARCH_STEPS;
        if self.failure.is_some() || self.restart || spent || !search.begin() {
            return false;
        }
        kata::harness::count_execution();
        kata::ledger::begin_execution();
        arena::begin_execution();
        self.active = true;
        self.begun = true;
        self.over = false;
        self.spawning = false;
        self.releases = 0;
        self.epoch += 1;
        self.executions += 1;
        self.log.clear();
        self.log.add_thread(None, None);
        self.threads.clear();
        self.panicked.clear();
        self.threads.push(Thread::default());
        self.current = 0;
        self.last = 0;
        self.stepped = false;
        self.run = 0;
        self.stubborn = None;
        self.state = 0;
        self.changes = 0;
        self.clock = Duration::ZERO;
        self.steps = 0;
        self.output = 0;
        self.spurious_left = SPURIOUS;
        self.fairness.clear();
        self.schedule.clear();
        self.cost = 0;
        self.preempted = false;
        self.decided = None;
        self.abandoned = false;
        self.decision = None;
        true
    }

    /// Ends the execution that has begun, if there is one.
    fn end(&mut self) {
        if !std::mem::take(&mut self.begun) {
            return;
        }
        self.active = false;
        self.searched += self.steps;
        if self.failure.is_none() && !self.abandoned {
            self.failure = self.untold_panic();
        }
        if !self.abandoned {
            kata::ledger::end_execution(self.failure.is_some(), || self.schedule.clone());
        }
        if let Some(search) = &mut self.search {
            search.end();
        }
    }

    /// Nothing of the execution runs any more. What is left of it is dropped without a trace.
    pub(super) fn stop(&mut self) -> Option<ThreadId> {
        self.active = false;
        None
    }

    /// The scenario's function is over: so is the execution, as a process ends with its `main`.
    pub(crate) fn ends(&mut self) {
        self.over = true;
        self.stop();
    }

    /// Whether an execution is over of which something is still being dropped.
    pub(crate) fn in_aftermath(&self) -> bool {
        self.begun && !self.active
    }

    /// What was explored, if the execution that is running is the last one.
    pub(crate) fn evidence(&self) -> Evidence {
        let seed = self.search.as_ref().and_then(|search| search.seed());
        Evidence {
            executions: self.executions,
            preemption_bound: Some(self.cost),
            exhaustive: false,
            seed,
            inputs: None,
        }
    }

    /// The schedule of the execution that is running.
    pub(crate) fn schedule(&self) -> &str {
        &self.schedule
    }

    /// Where the execution that has run last stands, if somebody else decides how it goes on.
    pub(crate) fn standing(&self, decision: Option<Decision>) -> Standing {
        let offset = |address| arena::offset(address).and_then(|offset| u64::try_from(offset).ok());
        Standing { decision, places: self.log.addresses().map(offset).collect() }
    }

    /// Whether somebody else decides how the execution goes on behind a schedule.
    pub(crate) fn stops(&self) -> bool {
        self.search.as_ref().is_some_and(|search| search.stops())
    }

    /// What the search came to.
    pub(crate) fn leave(&mut self) -> Left {
        self.end();
        let search = self.search.take().expect("a search was entered");
        Left {
            executions: self.executions,
            bound: search.bound(),
            exhaustive: search.exhaustive(),
            looked: std::mem::take(&mut self.looked),
            restart: std::mem::take(&mut self.restart),
            steps: self.searched,
            preemptions: self.cost,
            failure: self.failure.take(),
            schedule: self.schedule.clone(),
            decision: self.decision.take(),
            search,
        }
    }
}
