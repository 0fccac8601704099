//! `std::process::Command`.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::os::fd::OwnedFd;
use std::panic::Location;
use std::path::Path;
use std::process::{CommandArgs, CommandEnvs, ExitStatus, Output, Stdio};
use std::sync::Arc;

use super::child::{Child, ChildStderr, ChildStdin, ChildStdout};
use super::pipe::End;
use super::script;
use super::watch::Process;
use crate::lane::LaneKind;
use crate::monitor::{self, Guard};

/// See `std::process::Command`.
pub struct Command {
    inner: std::process::Command,
    /// Which of the three streams were decided on.
    decided: [bool; 3],
    pub(super) name: Option<String>,
    hook: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Calls `hook` whenever a process is started with `command`, before the call that starts it returns: a hidden test
/// can hold up work there that must be able to overlap.
pub fn on_spawn(command: &mut Command, hook: impl Fn() + Send + Sync + 'static) {
    command.hook = Some(Arc::new(hook));
}

/// What becomes of the streams that nobody decided on.
#[derive(Clone, Copy)]
enum Undecided {
    /// As of this process.
    Inherited,
    /// Piped, and nothing to read.
    Collected,
}

impl Undecided {
    fn input(self) -> Stdio {
        match self {
            Undecided::Inherited => Stdio::inherit(),
            Undecided::Collected => Stdio::null(),
        }
    }

    fn output(self) -> Stdio {
        match self {
            Undecided::Inherited => Stdio::inherit(),
            Undecided::Collected => Stdio::piped(),
        }
    }
}

impl Command {
    /// See `std::process::Command::new`.
    pub fn new<S: AsRef<OsStr>>(program: S) -> Command {
        Command { inner: std::process::Command::new(program), decided: [false; 3], name: None, hook: None }
    }

    /// See `std::process::Command::arg`.
    pub fn arg<S: AsRef<OsStr>>(&mut self, arg: S) -> &mut Command {
        self.inner.arg(arg);
        self
    }

    /// See `std::process::Command::args`.
    pub fn args<I, S>(&mut self, args: I) -> &mut Command
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.inner.args(args);
        self
    }

    /// See `std::process::Command::env`.
    pub fn env<K: AsRef<OsStr>, V: AsRef<OsStr>>(&mut self, key: K, val: V) -> &mut Command {
        self.inner.env(key, val);
        self
    }

    /// See `std::process::Command::envs`.
    pub fn envs<I, K, V>(&mut self, vars: I) -> &mut Command
    where
        I: IntoIterator<Item = (K, V)>,
        K: AsRef<OsStr>,
        V: AsRef<OsStr>,
    {
        self.inner.envs(vars);
        self
    }

    /// See `std::process::Command::env_remove`.
    pub fn env_remove<K: AsRef<OsStr>>(&mut self, key: K) -> &mut Command {
        self.inner.env_remove(key);
        self
    }

    /// See `std::process::Command::env_clear`.
    pub fn env_clear(&mut self) -> &mut Command {
        self.inner.env_clear();
        self
    }

    /// See `std::process::Command::current_dir`.
    pub fn current_dir<P: AsRef<Path>>(&mut self, dir: P) -> &mut Command {
        self.inner.current_dir(dir);
        self
    }

    /// See `std::process::Command::stdin`.
    pub fn stdin<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.decided[0] = true;
        self.inner.stdin(cfg);
        self
    }

    /// See `std::process::Command::stdout`.
    pub fn stdout<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.decided[1] = true;
        self.inner.stdout(cfg);
        self
    }

    /// See `std::process::Command::stderr`.
    pub fn stderr<T: Into<Stdio>>(&mut self, cfg: T) -> &mut Command {
        self.decided[2] = true;
        self.inner.stderr(cfg);
        self
    }

    /// See `std::process::Command::spawn`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn spawn(&mut self) -> io::Result<Child> {
        self.start(Undecided::Inherited, Location::caller())
    }

    /// See `std::process::Command::output`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn output(&mut self) -> io::Result<Output> {
        let at = Location::caller();
        self.start(Undecided::Collected, at)?.output_at("Command::output", at)
    }

    /// See `std::process::Command::status`.
    ///
    /// # Errors
    /// As for the real one.
    #[track_caller]
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        let at = Location::caller();
        self.start(Undecided::Inherited, at)?.wait_at("Command::status", at)
    }

    /// See `std::process::Command::get_program`.
    #[must_use]
    pub fn get_program(&self) -> &OsStr {
        self.inner.get_program()
    }

    /// See `std::process::Command::get_args`.
    pub fn get_args(&self) -> CommandArgs<'_> {
        self.inner.get_args()
    }

    /// See `std::process::Command::get_envs`.
    pub fn get_envs(&self) -> CommandEnvs<'_> {
        self.inner.get_envs()
    }

    /// See `std::process::Command::get_current_dir`.
    #[must_use]
    pub fn get_current_dir(&self) -> Option<&Path> {
        self.inner.get_current_dir()
    }

    fn start(&mut self, undecided: Undecided, at: &'static Location<'static>) -> io::Result<Child> {
        let [stdin, stdout, stderr] = self.decided;
        if !stdin {
            self.inner.stdin(undecided.input());
        }
        if !stdout {
            self.inner.stdout(undecided.output());
        }
        if !stderr {
            self.inner.stderr(undecided.output());
        }
        let mut inner = self.inner.spawn()?;
        let name = self.name.clone().unwrap_or_else(|| {
            let program = Path::new(self.inner.get_program());
            program.file_stem().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()
        });
        let (mut state, frame) = monitor::ask(at);
        let name = state.process_name(name);
        let lane = state.spawn(frame.lane, LaneKind::Process, Some(&name), at);
        let mut end = |end: Option<OwnedFd>, stream: &str, writes| {
            Some(End::new(&mut state, end?, format!("{name}.{stream}"), writes))
        };
        let stdin = end(inner.stdin.take().map(Into::into), "stdin", true).map(|end| ChildStdin { end });
        let stdout = end(inner.stdout.take().map(Into::into), "stdout", false).map(|end| ChildStdout { end });
        let stderr = end(inner.stderr.take().map(Into::into), "stderr", false).map(|end| ChildStderr { end });
        let pipes = [
            stdin.as_ref().map(|end| end.end.object()),
            stdout.as_ref().map(|end| end.end.object()),
            stderr.as_ref().map(|end| end.end.object()),
        ];
        let process = register(&mut state, Process::new(&inner, lane, pipes, script::is_one(&self.inner)));
        drop(state);
        if let Some(hook) = &self.hook {
            hook();
        }
        Ok(Child { stdin, stdout, stderr, inner, process })
    }
}

fn register(state: &mut Guard, process: Process) -> usize {
    state.processes.push(process);
    state.traffic += 1;
    monitor::changed(state);
    state.processes.len() - 1
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
