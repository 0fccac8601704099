//! How much simpler a failing execution was made.

use serde::{Deserialize, Serialize};

use crate::Trace;

/// How much there is to follow in an execution. Ordered by what makes it hard: preemptions first, then context
/// switches, then steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Size {
    /// Turns of the scheduler that it need not have taken: preemptions, time limits that pass early, wake-ups for no
    /// reason.
    pub preemptions: u32,
    /// How often a step is of another thread than the step before.
    pub switches: u32,
    /// The steps of the log.
    pub steps: u32,
}

impl Size {
    /// The size of an execution with so many preemptions.
    pub fn of(trace: &Trace, preemptions: u32) -> Self {
        let switches = trace.events.windows(2).filter(|pair| pair[0].thread != pair[1].thread).count();
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Size { preemptions, switches: number(switches), steps: number(trace.events.len()) }
    }
}

/// What came of the attempt to make a failing execution simpler (*trace simplification*: Jalbert and Sen, “A Trace
/// Simplification Technique for Effective Debugging of Concurrent Programs”, FSE 2010).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simplification {
    /// Executions that were run for it. They are no part of what was explored.
    pub executions: u64,
    /// The execution that was found.
    pub from: Size,
    /// The execution that is shown.
    pub to: Size,
    /// Every single simplification of what is shown was tried, and none fails in the same way.
    pub minimal: bool,
}

impl Simplification {
    /// Whether another execution is shown than was found.
    pub fn is_simpler(&self) -> bool {
        self.to < self.from
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script;

    #[test]
    fn a_size_counts_steps_and_the_changes_of_threads_between_them() {
        let trace = script::trace("main: spawn t1\nt1: lock a\nt1: unlock a\nmain: join t1");
        assert_eq!(Size::of(&trace, 1), Size { preemptions: 1, switches: 2, steps: 4 });
        assert_eq!(Size::of(&Trace::default(), 0), Size::default());
    }

    #[test]
    fn a_preemption_outweighs_any_number_of_switches_and_steps() {
        let size = |preemptions, switches, steps| Size { preemptions, switches, steps };
        assert!(size(0, 9, 90) < size(1, 1, 2));
        assert!(size(1, 1, 90) < size(1, 2, 3));
    }
}
