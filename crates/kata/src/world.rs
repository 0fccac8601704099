//! What the oracles need from the world that the scenario runs in.

use std::panic::Location;
use std::sync::OnceLock;

use kata_trace::{DeadlockKind, Verdict};

/// A failure that an oracle or a detector found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Its name.
    pub verdict: Verdict,
    /// The kind of a deadlock.
    pub kind: Option<DeadlockKind>,
    /// One sentence.
    pub message: String,
    /// Where it shows.
    pub at: Option<kata_trace::Location>,
}

/// A place where a number of threads meet: each waits until all are there.
pub trait Meeting: Send + Sync {
    /// Waits for the others. A meeting that cannot happen any more ends the scenario as `not-concurrent`.
    fn arrive(&self, at: &'static Location<'static>);
}

/// A world, as the oracles see it.
pub trait World: Sync {
    /// Names the objects within `size` bytes of `address` in what is shown to the learner.
    fn name(&self, address: usize, size: usize, label: &str);

    /// Writes a remark into the log.
    fn note(&self, text: &str, at: &'static Location<'static>);

    /// A meeting of `parties` threads; `what` says what happens there, for the message.
    fn meeting(&self, parties: usize, what: &str, at: &'static Location<'static>) -> Box<dyn Meeting>;

    /// Waits until nobody else can go on, except because time passes. Only a world that schedules its threads can
    /// tell.
    fn quiesce(&self, at: &'static Location<'static>) {
        panic!("{at}: this world cannot tell whether everybody sleeps");
    }

    /// The threads that were started in this execution. Only a world that schedules its threads can tell.
    fn threads_started(&self) -> usize {
        panic!("this world does not count threads");
    }

    /// The threads that wait with a time limit. Only a world that schedules its threads can tell.
    fn time_limits(&self) -> usize {
        panic!("this world cannot tell for how long its threads wait");
    }

    /// Ends the scenario with a failure.
    fn fail(&self, failure: Failure) -> !;
}

static WORLD: OnceLock<&'static dyn World> = OnceLock::new();

/// Makes `world` the one that the oracles of this process use. The first call wins: a process has one world.
pub fn enter_world(world: &'static dyn World) {
    // A second driver in the same process is the same world again (its tests).
    let _ = WORLD.set(world);
}

pub(crate) fn world() -> &'static dyn World {
    *WORLD.get().expect("the oracles of `kata` are used inside a scenario, which a world's driver runs")
}
