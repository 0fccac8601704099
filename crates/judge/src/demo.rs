//! The real program: built by cargo, run under a watchdog. It shows a symptom, and is no verdict.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use exercise::Exercise;

use crate::cargo;
use crate::child::Group;
use crate::{Bench, Error};

/// How a run of the demo ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By itself.
    Ended(ExitStatus),
    /// It was still running after its time, and was stopped.
    Hung,
}

impl Ending {
    /// Whether the program did what it should: a demo that meets its symptom ends with another status.
    pub fn is_well(self) -> bool {
        matches!(self, Ending::Ended(status) if status.success())
    }
}

/// A demo that is ready to run.
#[derive(Clone, Debug)]
pub struct Demo {
    program: PathBuf,
    root: PathBuf,
}

impl Demo {
    /// Builds the exercise's program as it is now. What cargo says goes to the standard error; `None` if it does not
    /// compile.
    ///
    /// # Errors
    /// cargo cannot be run.
    pub fn build(bench: &Bench, exercise: &Exercise) -> Result<Option<Self>, Error> {
        let package = exercise.id.slug();
        let built = cargo::build(bench.workspace(), bench.toolchain(), std::iter::once(package))?;
        let program = built.iter().flatten().find_map(|artifact| artifact.executable.clone());
        Ok(program.map(|program| Demo { program, root: bench.workspace().root().to_owned() }))
    }

    /// Runs it, for at most `limit`. Its output goes where ours goes, or, if it shall be quiet, nowhere.
    ///
    /// # Errors
    /// It cannot be started.
    pub fn run(&self, limit: Duration, quiet: bool) -> Result<Ending, Error> {
        let output = || if quiet { Stdio::null() } else { Stdio::inherit() };
        let mut command = Command::new(&self.program);
        command.current_dir(&self.root).stdin(Stdio::null()).stdout(output()).stderr(output());
        let mut run = || {
            let mut group = Group::spawn(&mut command)?;
            let status = group.wait_for(limit)?;
            Ok(status.map_or(Ending::Hung, Ending::Ended))
        };
        run().map_err(|error| Error::io("run", self.program(), error))
    }

    /// The program's file.
    pub fn program(&self) -> &Path {
        &self.program
    }
}
