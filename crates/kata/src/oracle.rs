//! Oracles for hidden tests. They work in every world.

use std::panic::Location;

use kata_trace::Verdict;

use crate::world::world;
use crate::{Failure, Meeting};

/// A proof that work can overlap: every party waits until all have arrived.
///
/// A fix that serialises the work cannot bring the parties together: its verdict is `not-concurrent`. No time is
/// involved: a model finds that nobody can go on.
pub struct Rendezvous {
    meeting: Box<dyn Meeting>,
}

impl Rendezvous {
    /// A rendezvous of `parties` threads. `what` completes the sentence "… must be able to overlap".
    #[track_caller]
    pub fn new(parties: usize, what: &str) -> Self {
        Rendezvous { meeting: world().meeting(parties, what, Location::caller()) }
    }

    /// Waits until every party has arrived.
    #[track_caller]
    pub fn arrive(&self) {
        self.meeting.arrive(Location::caller());
    }
}

/// Waits until every other thread has ended or sleeps until another one wakes it: what was to be done by then is done, or
/// will not be done before something else happens.
///
/// A thread that sleeps with a time limit sleeps. One that looks again and again, with or without pauses, does not: if
/// nothing else ends that, it is a livelock. In the shuttle world only.
#[track_caller]
pub fn quiesce() {
    world().quiesce(Location::caller());
}

/// How many threads have been started in this execution, the scenario's own included, whether or not they have ended. In
/// the shuttle world only.
#[must_use]
pub fn threads_started() -> usize {
    world().threads_started()
}

/// How many threads wait with a time limit at this moment, or sleep for a time: behind [`quiesce`], those who will look
/// although nobody has called them. In the shuttle world only.
#[must_use]
pub fn time_limits() -> usize {
    world().time_limits()
}

/// Gives `value`, and the locks and atomics inside it, a name in what the learner is shown.
///
/// `value` must be where it stays: name it behind its `Arc`, not before it is moved there.
pub fn name<T: ?Sized>(value: &T, label: &str) {
    world().name(std::ptr::from_ref(value).cast::<()>().addr(), size_of_val(value), label);
}

/// Writes a remark into the timeline.
#[track_caller]
pub fn note(text: &str) {
    world().note(text, Location::caller());
}

/// Ends the scenario with a verdict of the oracle's own.
#[track_caller]
pub fn fail(verdict: Verdict, message: impl Into<String>) -> ! {
    world().fail(Failure { verdict, kind: None, message: message.into(), at: Some(Location::caller().into()) })
}
