//! Why an execution failed, as far as its log proves it.
//!
//! The terms are the literature's: circular wait and hold-and-wait (Coffman et al. 1971), lost wake-up, atomicity
//! violation by an unserialisable interleaving (Lu et al., AVIO, 2006, and "Learning from mistakes", 2008),
//! happens-before (Lamport 1978). Where a log proves nothing, nothing is said.

mod atomicity;
mod attempt;
mod cancel;
mod case;
mod deadlock;
mod deed;
mod executor;
pub mod holding;
mod liberty;
mod livelock;
mod order;
mod overlap;
mod oversubscribed;
mod panic;
mod pipe;
mod race;
mod signature;
mod variable;
mod waiting;

use crate::{DeadlockKind, Location, Trace, Verdict};
use case::Case;

pub use livelock::{Repetition, repetition};
pub use signature::Signature;

/// What went wrong, by the name that the literature gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// Threads wait for locks that they hold among them.
    LockCycle,
    /// A thread waits for a lock that it holds itself.
    SelfDeadlock,
    /// A notification for one waiter woke another one, which could do nothing with it.
    WrongWaiter,
    /// A notification came when nobody waited for it yet.
    LostWakeup,
    /// A thread waits for an event that nobody is left to bring about.
    NobodyWillWake,
    /// A thread waits for an event and keeps a lock which the thread that would bring it about needs.
    HoldAndWait,
    /// A thread waits on a channel for ever.
    Channel,
    /// A receiver waits for the end of a channel, and whoever sent on it has ended: a sender was not dropped.
    SenderNotDropped,
    /// A write that overwrites another which it does not take into account.
    LostUpdate,
    /// A thread acts on what it found out before another changed it.
    CheckThenAct,
    /// A compare-and-exchange succeeds although the value was changed and changed back.
    Aba,
    /// Two variables that belong together were read, one from before a change and one from after it.
    TornRead,
    /// A thread sees a value that another one was about to take back.
    DirtyRead,
    /// A thread reads another's value where it expects the one that it wrote itself.
    OverwrittenWrite,
    /// A thread comes to something before another one has done what must be done before.
    OrderViolation,
    /// A future was dropped while it waited in the middle of a change, which stayed as it was at that moment.
    CancelledUpdate,
    /// A message was dropped with the send that waited to hand it over.
    CancelledSend,
    /// A thread panicked in the middle of a change, which stayed as it was at that moment.
    PanickedUpdate,
    /// An attempt failed, and was not repeated.
    GaveUp,
    /// A wait ended for no reason.
    SpuriousWakeUp,
    /// A wait ended because its time limit passed.
    TimeLimit,
    /// A thread sees a value that was already replaced.
    StaleRead,
    /// Threads run and run and get nowhere.
    Livelock,
    /// Two accesses, at least one of them a write, that nothing orders.
    DataRace,
    /// A call kept an executor's thread from polling other tasks.
    BlockedExecutor,
    /// A guard was alive while its task was suspended.
    GuardAcrossAwait,
    /// Work that must be able to overlap did not.
    NotConcurrent,
    /// A process waits at an end of a pipe, and whoever has the other end waits, too.
    Pipe,
    /// More threads are at work, or alive, than the machine has processors.
    Oversubscribed,
    /// A panic.
    Panic,
}

/// A line to quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Where.
    pub location: Location,
    /// What happened there.
    pub label: String,
    /// Where the failure shows, as opposed to what led to it.
    pub primary: bool,
}

/// Why an execution failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Its name.
    pub pattern: Pattern,
    /// Why, in words: each a whole sentence.
    pub sentences: Vec<String>,
    /// The lines that matter, in the order in which they were reached.
    pub marks: Vec<Mark>,
    /// The events that matter: indices into [`Trace::events`], ascending.
    pub events: Vec<usize>,
}

/// What the log proves about a failure; `None` if that is nothing.
///
/// `kind` is the kind of a deadlock, as it was found where the execution ended.
pub fn diagnose(trace: &Trace, verdict: Verdict, kind: Option<DeadlockKind>) -> Option<Diagnosis> {
    let case = Case::new(trace);
    let diagnosis = match verdict {
        Verdict::Deadlock => deadlock::diagnose(&case, kind.unwrap_or_else(|| deadlock_kind(trace))),
        Verdict::Oversubscribed => oversubscribed::diagnose(&case),
        Verdict::NotConcurrent => overlap::diagnose(&case),
        Verdict::AssertionFailed => atomicity::diagnose(&case),
        Verdict::Panicked => panic::diagnose(&case),
        Verdict::Livelock => pipe::asked_in_vain(&case).or_else(|| livelock::diagnose(&case)),
        Verdict::DataRace => race::diagnose(&case),
        Verdict::BlockedExecutor => executor::blocked(&case),
        Verdict::GuardAcrossAwait => executor::guard_across_await(&case),
        _ => None,
    };
    liberty::tell(&case, verdict, diagnosis)
}

/// The panic that an execution failed with: a thread's own rather than the one that passes it on in a `join`. An index
/// into [`Trace::events`].
pub fn failing_panic(trace: &Trace) -> Option<usize> {
    case::failing_panic(trace)
}

/// The kind of a deadlock, from the log of an execution in which no thread can go on.
pub fn deadlock_kind(trace: &Trace) -> DeadlockKind {
    deadlock::kind(trace)
}

#[cfg(test)]
mod tests;
