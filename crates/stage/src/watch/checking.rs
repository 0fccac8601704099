//! A check that runs.

use std::process::{Command, Stdio};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use shared_child::SharedChild;

use super::Event;

/// The process of a check, if one runs.
#[derive(Clone, Default)]
pub(super) struct Checking {
    child: Arc<Mutex<Option<Arc<SharedChild>>>>,
}

impl Checking {
    /// Starts a check, whose end is told with its number. The one before must have ended.
    pub(super) fn start(&self, mut command: Command, number: u64, sender: Sender<Event>) -> anyhow::Result<()> {
        command.stdin(Stdio::null());
        let child = SharedChild::spawn(&mut command);
        let child = child.with_context(|| format!("cannot run {}", command.get_program().display()))?;
        let child = Arc::new(child);
        *self.lock() = Some(Arc::clone(&child));
        std::thread::spawn(move || {
            if let Ok(status) = child.wait() {
                // Nobody listens any more when the learner has quit.
                let _ = sender.send(Event::Checked(number, status));
            }
        });
        Ok(())
    }

    /// Ends it, which ends the programs that it runs.
    pub(super) fn stop(&self) -> anyhow::Result<()> {
        let Some(child) = self.lock().take() else { return Ok(()) };
        let stop = || {
            #[cfg(unix)]
            {
                use shared_child::unix::SharedChildExt as _;
                child.send_signal(signal_hook::consts::SIGTERM)?;
            }
            #[cfg(not(unix))]
            child.kill()?;
            child.wait()
        };
        stop().map(drop).context("cannot stop the check")
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<SharedChild>>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
