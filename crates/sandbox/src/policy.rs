//! What a confined program may do.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Tier;

/// What kind of program it is: decides which system calls it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A compiler or a linker, on a stranger's text: it starts further programs, and what it has no business with is
    /// forbidden.
    Compile,
    /// A stranger's program with any number of threads: what it needs is allowed, and nothing else.
    Run,
    /// A stranger's program that starts its own program again as a child. Only what [`Stage::Compile`] forbids is
    /// forbidden.
    RunProcesses,
}

impl Stage {
    pub(crate) const ALL: [(Stage, &'static str); 3] =
        [(Stage::Compile, "compile"), (Stage::Run, "run"), (Stage::RunProcesses, "run-processes")];

    fn name(self) -> &'static str {
        Stage::ALL.into_iter().find(|(stage, _)| *stage == self).expect("every stage is listed").1
    }
}

/// How much it may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Seconds of processor time.
    pub cpu_seconds: u64,
    /// Mebibytes of address space.
    pub memory_mib: u64,
    /// Mebibytes of one file.
    pub file_mib: u64,
    /// Files, pipes and the like that are open at the same time.
    pub open_files: u64,
    /// Processes and threads at the same time. Only in namespaces of one's own can a kernel count them apart from all
    /// others of the same user, and never for root.
    pub processes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { cpu_seconds: 10, memory_mib: 4096, file_mib: 256, open_files: 256, processes: 1024 }
    }
}

/// What a confined program may read, write and use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    stage: Stage,
    limits: Limits,
    read: Vec<PathBuf>,
    write: Vec<PathBuf>,
    folder: Option<PathBuf>,
    scratch: Option<PathBuf>,
    proc: bool,
}

impl Policy {
    /// Nothing may be read or written.
    pub fn new(stage: Stage, limits: Limits) -> Self {
        Policy { stage, limits, read: Vec::new(), write: Vec::new(), folder: None, scratch: None, proc: false }
    }

    /// Files that may be read and run, and folders with everything in them. What does not exist is passed over.
    pub fn read(&mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> &mut Self {
        self.read.extend(paths.into_iter().map(Into::into).filter(|path: &PathBuf| path.symlink_metadata().is_ok()));
        self
    }

    /// Folders in which everything may be read and written.
    pub fn write(&mut self, paths: impl IntoIterator<Item = impl Into<PathBuf>>) -> &mut Self {
        self.write.extend(paths.into_iter().map(Into::into));
        self
    }

    /// An empty folder for files of its own. In [`Tier::Bubblewrap`] they lie in memory, and are gone afterwards; in
    /// [`Tier::Landlock`] they lie in the folder.
    pub fn scratch(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.scratch = Some(folder.into());
        self
    }

    /// The folder to start in, which gives no right to what is in it. Without it, `/`.
    pub fn start_in(&mut self, folder: impl Into<PathBuf>) -> &mut Self {
        self.folder = Some(folder.into());
        self
    }

    /// A `/proc` that tells of the program's own processes. With [`Tier::Landlock`] there is no such thing: a compiler
    /// then gets its links and nothing else, and a program sees which processes there are, but not into those that are
    /// none of its own.
    pub fn with_proc(&mut self) -> &mut Self {
        self.proc = true;
        self
    }

    pub(crate) fn readable(&self) -> &[PathBuf] {
        &self.read
    }

    pub(crate) fn writable(&self) -> &[PathBuf] {
        &self.write
    }

    pub(crate) fn scratch_folder(&self) -> Option<&Path> {
        self.scratch.as_deref()
    }

    pub(crate) fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    pub(crate) fn has_proc(&self) -> bool {
        self.proc
    }

    /// Adds the arguments from which the launcher learns of it.
    pub(crate) fn tell(&self, command: &mut Command, tier: Tier) {
        let Limits { cpu_seconds, memory_mib, file_mib, open_files, processes } = self.limits;
        command.args(["--stage", self.stage.name()]);
        for (name, value) in
            [("--cpu", cpu_seconds), ("--memory", memory_mib), ("--file", file_mib), ("--open-files", open_files)]
        {
            command.arg(name).arg(value.to_string());
        }
        if tier == Tier::Bubblewrap {
            command.arg("--processes").arg(processes.to_string());
        }
        // In bubblewrap's namespaces nothing else exists.
        if tier == Tier::Landlock {
            for path in &self.read {
                command.arg("--read").arg(path);
            }
            for path in self.write.iter().chain(&self.scratch) {
                command.arg("--write").arg(path);
            }
            if self.proc && self.stage != Stage::Compile {
                // What is secret in it is kept from programs under Landlock, which may trace nobody outside.
                command.args(["--read", "/proc"]);
            }
            command.current_dir(self.folder.as_deref().unwrap_or(Path::new("/")));
        }
    }
}
