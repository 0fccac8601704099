//! The names of verdicts: a contract that learners' scripts and graders rely on.

use serde::{Deserialize, Serialize};

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every scenario held in everything that was explored.
    Passed,
    /// rustc rejects the file.
    CompileError,
    /// The file uses what the checker cannot see or what the exercise forbids.
    RejectedSource,
    /// An assertion of the hidden test failed.
    AssertionFailed,
    /// Two unordered accesses, at least one of them a write.
    DataRace,
    /// Threads that wait for ever.
    Deadlock,
    /// Threads that run for ever without progress.
    Livelock,
    /// Something was never freed.
    Leak,
    /// A call blocked a thread of the executor.
    BlockedExecutor,
    /// A guard was alive while its task was suspended.
    GuardAcrossAwait,
    /// Work that must be able to overlap did not.
    NotConcurrent,
    /// More threads ran than the machine is said to have.
    Oversubscribed,
    /// The learner's code panicked.
    Panicked,
    /// The time limit passed.
    TimedOut,
    /// The memory limit was hit.
    OutOfMemory,
    /// The output limit was hit.
    OutputFlood,
    /// The process died from a signal.
    Crashed,
    /// The process ended without giving a verdict.
    NoVerdict,
    /// The verdict channel was written to by somebody else.
    Tampered,
    /// A fault of the checker, never of the learner.
    InternalError,
}

/// Why threads wait for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeadlockKind {
    /// Threads wait for locks that they hold among them.
    LockCycle,
    /// A thread waits for a lock that it holds itself.
    SelfDeadlock,
    /// A thread waits for a wake-up that nobody is left to give.
    NobodyWillWake,
    /// Threads wait on channels, or processes on pipes.
    Channel,
}

macro_rules! kebab_display {
    ($($type:ty),*) => {$(
        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.serialize(f)
            }
        }

        impl std::str::FromStr for $type {
            type Err = serde::de::value::Error;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                use serde::de::IntoDeserializer;
                Self::deserialize(name.into_deserializer())
            }
        }
    )*};
}

kebab_display!(Verdict, DeadlockKind);
