//! The programs that show and that grade: built when they are first needed, and run in our terminal.
//!
//! What only they need is no part of this program, so that the first check of a fresh clone does not wait for it.

use std::io::{IsTerminal as _, Write as _};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, PoisonError};

use anyhow::Context as _;
use exercise::Exercise;
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::exit::Outcome;
use crate::repository::{Repository, say};

/// The one that runs.
static RUNNING: Mutex<Option<Child>> = Mutex::new(None);

/// Whether somebody can look at a screen, and press keys.
pub(crate) fn has_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// The command that shows something of an exercise; its further arguments are the caller's.
pub(crate) fn command(repository: &Repository, what: &str, exercise: &Exercise) -> anyhow::Result<Command> {
    let mut command = bare(repository, what)?;
    command.args(["--exercise", exercise.id.as_str()]);
    Ok(command)
}

/// The command that shows something of the whole repository; its further arguments are the caller's.
pub(crate) fn bare(repository: &Repository, what: &str) -> anyhow::Result<Command> {
    let mut command = tool(repository, "stage")?;
    command.arg(what).arg("--root").arg(&repository.root);
    Ok(command)
}

/// A program of this repository that a check does without.
pub(crate) fn tool(repository: &Repository, name: &'static str) -> anyhow::Result<Command> {
    Ok(Command::new(repository.bench()?.ready_tool(name, &mut say)?))
}

/// Something to show, in a file that is there as long as what is returned.
pub(crate) fn hand_over(what: &impl Serialize) -> anyhow::Result<NamedTempFile> {
    let text = serde_json::to_vec(what)?;
    let write = || {
        let mut file = NamedTempFile::new()?;
        file.write_all(&text)?;
        Ok::<_, std::io::Error>(file)
    };
    write().context("cannot write a temporary file")
}

/// Runs a command to its end, in our terminal.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<Outcome> {
    let status = status(command).with_context(|| format!("cannot run {}", command.get_program().display()))?;
    end_likewise(status);
    Ok(match status.code() {
        Some(0) => Outcome::Passed,
        Some(1) => Outcome::NotPassed,
        Some(2) => Outcome::BadUsage,
        Some(_) => Outcome::InternalError,
        None => anyhow::bail!("{} died: {status}", command.get_program().display()),
    })
}

fn status(command: &mut Command) -> std::io::Result<ExitStatus> {
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let child = running.insert(command.spawn()?);
    let id = child.id();
    drop(running);
    wait_for(id);
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.take().expect("nobody else takes it").wait()
}

/// Tells the one that runs to end, and waits for it to leave the terminal as it found it. No other is started any more:
/// this process must end right after.
#[cfg(unix)]
pub(crate) fn end() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(child) = running.as_ref() {
        // It has not been waited for, so that nobody else has its number.
        let _ = rustix::process::kill_process(pid(child.id()), rustix::process::Signal::TERM);
        wait_for(child.id());
    }
    std::mem::forget(running);
}

/// Waits for a child's end, and leaves its status in place.
#[cfg(unix)]
fn wait_for(id: u32) {
    use rustix::process::{WaitId, WaitIdOptions, waitid};
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
    while let Err(rustix::io::Errno::INTR) = waitid(WaitId::Pid(pid(id)), options) {}
}

#[cfg(not(unix))]
fn wait_for(_id: u32) {}

#[cfg(unix)]
fn pid(id: u32) -> rustix::process::Pid {
    let id = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw);
    id.expect("the system numbers processes from 1")
}

/// The signals of a terminal go to both of us: who started this program sees that it ended from one.
fn end_likewise(status: ExitStatus) {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal @ (SIGHUP | SIGINT | SIGTERM)) = status.signal() {
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
    #[cfg(not(unix))]
    let _ = status;
}
