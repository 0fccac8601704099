//! Which interleaving comes next.

mod context_bound;
mod guide;
mod prefix;
mod random;
mod replay;

pub(crate) use context_bound::ContextBound;
pub(crate) use guide::Guide;
pub(crate) use prefix::Prefix;
pub(crate) use random::Random;
pub(crate) use replay::Replay;

use kata_trace::Divergence;

use crate::choice::Choice;

/// A search over interleavings: executions one after the other, and in each a choice at every decision that has more
/// than one outcome.
pub(crate) trait Search {
    /// Begins an execution. `false` if there is none left.
    fn begin(&mut self) -> bool;

    /// Picks one of `choices`, of which there are at least two; the first adds no preemption. `situation` is a digest
    /// of what the threads are about to do. `None` abandons the execution.
    fn choose(&mut self, choices: &[Choice], situation: u64) -> Option<usize>;

    /// Sees a decision that has only one outcome. `false` abandons the execution.
    fn forced(&mut self, _choice: Choice) -> bool {
        true
    }

    /// Whether a release, the given one since the last decision, is a scheduling point; `None` leaves it to the kernel.
    fn at_release(&self, _releases: u32) -> Option<bool> {
        None
    }

    /// Whether it runs every execution, so that it can do without one that another covers.
    fn covers_everything(&self) -> bool {
        false
    }

    /// Ends an execution.
    fn end(&mut self);

    /// The finished part of the search, in preemptions: everything up to it was explored.
    fn bound(&self) -> Option<u32>;

    /// Nothing was left out.
    fn exhaustive(&self) -> bool;

    /// Where a given schedule did not apply, of a search that follows one.
    fn diverged(&self) -> Option<Divergence> {
        None
    }

    /// Whether an execution that [`Search::choose`] abandons stops there, so that somebody else can decide.
    fn stops(&self) -> bool {
        false
    }

    /// The seed, of a search that has one.
    fn seed(&self) -> Option<u64> {
        None
    }
}
