//! The checkout that the command works on.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Exercise, Id};
use judge::{Bench, Step, Workspace};
use progress::Progress;

use crate::confinement::{self, Wanted};

/// A checkout and its exercises.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) root: PathBuf,
    pub(crate) catalogue: Catalogue,
    bench: OnceCell<Bench>,
    confined: OnceCell<Bench>,
}

impl Repository {
    /// The checkout that the working directory is in, or else the one that this program was built from.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("cannot tell the working directory")?;
        let root = here.ancestors().find(|folder| is_root(folder)).map(Path::to_owned);
        let root = root.or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned));
        let root = root.context("there is no folder `exercises` here or above")?;
        let catalogue = Catalogue::read(&root)?;
        Ok(Repository { root, catalogue, bench: OnceCell::new(), confined: OnceCell::new() })
    }

    /// Finds an exercise, or says on the standard error that there is none.
    pub(crate) fn find_exercise(&self, name: &str) -> Option<&Id> {
        let found = self.catalogue.find(name);
        found.inspect_err(|unknown| anstream::eprintln!("error: {unknown}")).ok()
    }

    /// Finds an exercise, or, if none was asked for, the next one to solve. If there is none, it says so on the standard
    /// error.
    pub(crate) fn exercise_or_next(&self, name: Option<&str>) -> anyhow::Result<Option<Id>> {
        if let Some(name) = name {
            return Ok(self.find_exercise(name).cloned());
        }
        let next = Progress::read(&self.root)?.first_unsolved(&self.catalogue).cloned();
        if next.is_none() {
            anstream::eprintln!("error: every exercise is solved: say which one you mean");
        }
        Ok(next)
    }

    /// Every exercise, in learning order. One that cannot be read is left out, and the standard error says so.
    pub(crate) fn exercises(&self) -> Vec<Exercise> {
        let read = |id: &Id| {
            let exercise = self.catalogue.exercise(id);
            exercise.inspect_err(|error| anstream::eprintln!("warning: {id} is left out: {error}")).ok()
        };
        self.catalogue.ids().iter().filter_map(read).collect()
    }

    /// What judging needs.
    pub(crate) fn bench(&self) -> anyhow::Result<&Bench> {
        if self.bench.get().is_none() {
            // Nobody else sets it: a command has one thread.
            let _ = self.bench.set(Bench::new(self.workspace())?);
        }
        self.bench.get().context("it has just been set")
    }

    /// The same, with what confines a program that need not be trusted: what somebody has asked for, or what is at hand.
    pub(crate) fn confined_bench(&self, wanted: Option<Wanted>) -> anyhow::Result<&Bench> {
        if self.confined.get().is_none() {
            let bench = Bench::new(self.workspace())?;
            let sandbox = match wanted {
                Some(wanted) => confinement::wanted(&bench, wanted)?,
                None => confinement::at_hand(&bench),
            };
            let _ = self.confined.set(bench.with_sandbox(sandbox));
        }
        self.confined.get().context("it has just been set")
    }

    /// The same checkout, as the judge sees it.
    pub(crate) fn workspace(&self) -> Workspace {
        Workspace::new(&self.root)
    }
}

fn is_root(folder: &Path) -> bool {
    folder.join("exercises").is_dir() && folder.join("Cargo.toml").is_file()
}

/// Says on the standard error what takes its time.
pub(crate) fn say(step: Step) {
    match step {
        Step::BuildingWorld(engine) => {
            anstream::eprintln!("building the {engine} world (once; it is kept for the next checks)");
        }
        Step::BuildingTool(name) => anstream::eprintln!("building the {name} (once; it is kept for the next time)"),
    }
}
