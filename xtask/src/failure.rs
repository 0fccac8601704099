//! The last failure of each exercise, kept for `replay`.

use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise, Id};
use judge::{Judgement, Schedule};
use kata_trace::{Trace, Verdict};
use serde::{Deserialize, Serialize};

/// A failing execution that can be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    /// The file that failed, relative to the repository where it lies in it.
    pub(crate) file: PathBuf,
    /// The world that it failed in.
    pub(crate) engine: Engine,
    /// The scenario that failed.
    pub(crate) scenario: String,
    /// How.
    pub(crate) verdict: Verdict,
    /// The interleaving; a world of real threads knows none.
    pub(crate) schedule: Option<String>,
    /// How it went.
    pub(crate) trace: Option<Trace>,
}

impl Failure {
    /// The failure of a judgement on `file`, if it came to running.
    pub(crate) fn of(judgement: &Judgement, file: &Path) -> Option<Self> {
        Some(Failure {
            file: file.to_owned(),
            engine: judgement.engine?,
            scenario: judgement.scenario.clone()?,
            verdict: judgement.verdict,
            schedule: judgement.schedule.clone(),
            trace: judgement.execution(),
        })
    }

    /// The interleaving, where it can be run again.
    pub(crate) fn schedule(&self) -> Option<Schedule<'_>> {
        let tokens = self.schedule.as_deref().filter(|_| self.engine != Engine::Real)?;
        Some(Schedule { engine: self.engine, scenario: &self.scenario, tokens })
    }

    /// Keeps it, in place of the one before: that of the learner's file, or that of any other.
    pub(crate) fn store(&self, scratch: &Path, exercise: &Exercise) -> anyhow::Result<()> {
        let text = serde_json::to_vec(self)?;
        Ok(judge::replace_file(&path(scratch, &exercise.id, self.file == exercise.source()), &text)?)
    }

    /// The last failure of the learner's own file. One that cannot be used counts as none: the next check keeps it
    /// again.
    pub(crate) fn own(scratch: &Path, exercise: &Exercise) -> Option<Self> {
        read(&path(scratch, &exercise.id, true)).filter(|failure| failure.file == exercise.source())
    }

    /// The last failure of a file that was judged in place of the learner's.
    pub(crate) fn elsewhere(scratch: &Path, id: &Id) -> Option<Self> {
        read(&path(scratch, id, false))
    }
}

/// The first step, an index, in which an execution is another one than an earlier one was. Places and values may
/// differ: lines move when a file is edited.
pub(crate) fn departure(earlier: &Trace, now: &Trace) -> Option<usize> {
    let step = |trace: &Trace, index: usize| {
        let event = trace.events.get(index)?;
        let kind = event.object.and_then(|object| trace.objects.get(object as usize)).map(|object| object.kind);
        Some((event.thread, event.op, event.blocked, event.ok, event.peer, event.object, kind))
    };
    let longest = earlier.events.len().max(now.events.len());
    (0..longest).find(|&index| step(earlier, index) != step(now, index))
}

fn path(scratch: &Path, id: &Id, own: bool) -> PathBuf {
    let name = if own { format!("{id}.json") } else { format!("{id}.other.json") };
    scratch.join("failures").join(name)
}

fn read(path: &Path) -> Option<Failure> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}
