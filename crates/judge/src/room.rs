//! Where a check works: which folders its programs see, and what confines them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use exercise::Engine;
use kata_trace::Budget;
use sandbox::{Limits, Policy, Sandbox, Stage, system_files};
use tempfile::TempDir;

use crate::Error;
use crate::child;
use crate::compile::rustc::LIMITS;
use crate::compile::{Job, option};
use crate::slot::Slot;

/// Where programs are looked for in a sandbox.
const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Where a check works. Three kinds of programs run in it, and each sees what it needs: the compiler of the learner's
/// text, which does not see the hidden tests; the compiler and the linker of both together; and the program that they
/// make.
#[derive(Debug)]
pub(crate) struct Room {
    sandbox: Option<Sandbox>,
    root: PathBuf,
    rustc: PathBuf,
    /// Where the learner's text is compiled, and nothing of anybody else lies.
    learners_folder: PathBuf,
    /// A text that does not lie where its name says.
    text: Option<PathBuf>,
    learners_policy: Policy,
    policy: Policy,
    /// Its threads are those of the system.
    is_real: bool,
    /// The exercise is about further processes.
    starts_processes: bool,
    /// Where programs that do so may have files, in a sandbox.
    scratch: Option<TempDir>,
}

impl Room {
    /// Makes room for a job.
    ///
    /// # Errors
    /// The folders cannot be made.
    pub(crate) fn of(job: &Job<'_>, slot: &Slot) -> Result<Self, Error> {
        let root = job.workspace.root().to_owned();
        let mut learners_folder = slot.folder().to_owned();
        let mut text = None;
        if !job.in_its_place {
            learners_folder = slot.folder().join("learner");
            text = Some(give(&learners_folder, job.source.text)?);
        }
        let rustc = job.toolchain.rustc.clone();
        let toolchain = rustc.parent().and_then(Path::parent).unwrap_or(Path::new("/")).to_owned();
        let mut policy = Policy::new(Stage::Compile, compiler_limits());
        policy.read(system_files()).read(["/bin", "/usr/bin", "/usr/local/bin", "/usr/libexec", "/etc/alternatives"]);
        policy.read([toolchain, job.world.dependencies.clone()]).start_in(&root).with_proc();
        let mut learners_policy = policy.clone();
        if job.in_its_place {
            learners_policy.read([root.join(job.source.name)]);
        }
        learners_policy.write([&learners_folder]);
        let starts_processes = job.exercise.manifest.processes;
        let scratch = (job.sandbox.is_some() && starts_processes).then(|| TempDir::new_in(slot.folder())).transpose();
        let scratch = scratch.map_err(|error| Error::io("create a folder in", slot.folder(), error))?;
        let hidden = std::iter::once(job.hidden).chain(job.private);
        policy.read(hidden.map(|hidden| root.join(&hidden.name))).read([slot.shared()]).write([slot.folder()]);
        Ok(Room {
            sandbox: job.sandbox.cloned(),
            root,
            rustc,
            learners_folder,
            text,
            learners_policy,
            policy,
            is_real: job.world.engine == Engine::Real,
            starts_processes,
            scratch,
        })
    }

    /// Where the learner's text is compiled.
    pub(crate) fn learners_folder(&self) -> &Path {
        &self.learners_folder
    }

    /// Gives a compiler the text under the name that it is shown with.
    pub(crate) fn text(&self, command: &mut Command, name: &str) {
        let Some(path) = &self.text else {
            command.arg(name);
            return;
        };
        let mut remap = option("--remap-path-prefix=", path);
        remap.push("=");
        remap.push(name);
        command.arg(remap).arg(path);
    }

    /// rustc for the learner's text.
    pub(crate) fn learners_compiler(&self) -> Command {
        self.confined(&self.learners_policy, &self.learners_folder, self.rustc.as_os_str().to_owned())
    }

    /// rustc for the hidden tests.
    pub(crate) fn compiler(&self) -> Command {
        self.confined(&self.policy, &self.learners_folder, self.rustc.as_os_str().to_owned())
    }

    /// The linker, by way of the C compiler.
    pub(crate) fn linker(&self) -> Command {
        self.confined(&self.policy, &self.learners_folder, "cc".into())
    }

    fn confined(&self, policy: &Policy, temporary: &Path, program: OsString) -> Command {
        let Some(sandbox) = &self.sandbox else {
            let mut command = Command::new(program);
            command.current_dir(&self.root);
            // A build script's variables would be visible to `env!`; an exercise has none.
            for (name, _) in std::env::vars_os() {
                if name.as_encoded_bytes().starts_with(b"CARGO") {
                    command.env_remove(name);
                }
            }
            return command;
        };
        let mut command = sandbox.command(policy, program);
        command.env("PATH", SEARCH_PATH).env("TMPDIR", temporary).env("LC_ALL", "C");
        command
    }

    /// What the compiler may use.
    pub(crate) fn compiler_limits(&self) -> child::Limits {
        // A sandbox sets those on resources itself.
        let resources = if self.sandbox.is_some() { None } else { LIMITS.resources };
        child::Limits { resources, signals_as_statuses: self.turns_signals_into_statuses(), ..LIMITS }
    }

    /// The command that runs scenarios.
    pub(crate) fn scenarios(&self, program: &Path, libraries: &[PathBuf], budget: &Budget) -> Command {
        let Some(sandbox) = &self.sandbox else {
            let mut command = Command::new(program);
            command.current_dir(&self.root).env_clear();
            return command;
        };
        // The program sets the same limits on itself, and can say more of them when it reaches one.
        let limits = Limits {
            cpu_seconds: budget.cpu_seconds + 2,
            memory_mib: budget.memory_mib,
            file_mib: if self.starts_processes { 16 } else { 1 },
            ..Limits::default()
        };
        let stage = if self.starts_processes { Stage::RunProcesses } else { Stage::Run };
        let mut policy = Policy::new(stage, limits);
        policy.read(system_files()).read([program]).read(libraries);
        if self.is_real {
            // Whether threads of the system sleep is known only there.
            policy.with_proc();
        }
        let Some(scratch) = &self.scratch else { return sandbox.command(&policy, program) };
        policy.scratch(scratch.path());
        let mut command = sandbox.command(&policy, program);
        command.env("TMPDIR", scratch.path());
        command
    }

    /// Whether the signal that ends a program arrives as an exit status of 128 and its number.
    pub(crate) fn turns_signals_into_statuses(&self) -> bool {
        self.sandbox.as_ref().is_some_and(Sandbox::turns_signals_into_statuses)
    }
}

/// The limits of the compiler within a sandbox.
fn compiler_limits() -> Limits {
    let (cpu_seconds, memory_mib) = LIMITS.resources.unwrap_or((10, 4096));
    Limits { cpu_seconds, memory_mib, ..Limits::default() }
}

/// Puts a text into an empty folder.
fn give(folder: &Path, text: &str) -> Result<PathBuf, Error> {
    let file = folder.join("lib.rs");
    let write = || {
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder)?;
        std::fs::write(&file, text)
    };
    write().map_err(|error| Error::io("write", &file, error))?;
    Ok(file)
}
