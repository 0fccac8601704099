//! The last failure of each exercise, kept for `replay`.

use std::path::{Path, PathBuf};

use exercise::{Engine, Id};
use judge::Judgement;
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

    /// Keeps it, in place of the one before.
    pub(crate) fn store(&self, scratch: &Path, id: &Id) -> anyhow::Result<()> {
        let path = path(scratch, id);
        let text = serde_json::to_vec(self)?;
        Ok(judge::replace_file(&path, &text)?)
    }

    /// The one that was kept last. One that cannot be used counts as none: the next check keeps it again.
    pub(crate) fn load(scratch: &Path, id: &Id) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(path(scratch, id)).ok()?).ok()
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

fn path(scratch: &Path, id: &Id) -> PathBuf {
    scratch.join("failures").join(format!("{id}.json"))
}
