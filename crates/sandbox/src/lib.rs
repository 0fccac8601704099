//! Confinement for programs of strangers: what they may read, write, and ask the system for.
//!
//! A [`Policy`] says what a program needs; [`Sandbox::command`] gives the command that runs it with nothing else. There
//! are two [`Tier`]s, and both end in the same launcher, a small program that sets the limits and the filter of system
//! calls on itself and then becomes the stranger's program:
//!
//! - *bubblewrap*: namespaces in which only the policy's files exist. There are no other processes, no network, and no
//!   `/proc` unless the policy asks for it.
//! - *landlock*: the files are there, and cannot be opened. Other processes can be seen to exist, and not be signalled,
//!   traced or looked into. There is no network.
//!
//! Neither needs to be root. A tier counts as available when [`Sandbox::probe`] has seen it keep a program from what it
//! must be kept from, on this machine, today.

mod policy;
mod system;
mod tier;

#[cfg(all(target_os = "linux", feature = "launcher"))]
pub mod launcher;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use policy::{Limits, Policy, Stage};
pub use system::system_files;
pub use tier::{Tier, UnknownTier};

/// A tier that works, and the launcher that it works with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sandbox {
    tier: Tier,
    launcher: PathBuf,
}

impl Sandbox {
    /// The tier.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Tries a tier: a program confined by it must fail at everything that strangers must not do. `launcher` is the
    /// program `sandbox` of this package.
    ///
    /// # Errors
    /// Why the tier cannot be used, in a sentence.
    pub fn probe(tier: Tier, launcher: &Path) -> Result<Self, String> {
        let sandbox = Sandbox { tier, launcher: launcher.to_owned() };
        let mut policy = Policy::new(Stage::Run, Limits { cpu_seconds: 5, memory_mib: 512, ..Limits::default() });
        policy.read(system_files()).read([launcher]);
        let mut command = sandbox.command(&policy, launcher);
        command.arg("--self-test").stdin(Stdio::null());
        let output = command.output().map_err(|error| {
            let program = command.get_program().display();
            if error.kind() == std::io::ErrorKind::NotFound {
                format!("`{program}` is not installed")
            } else {
                format!("`{program}` cannot be run: {error}")
            }
        })?;
        if output.status.success() {
            return Ok(sandbox);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
        Err(format!("a program could not be confined: {} ({})", reason.trim(), output.status))
    }

    /// The tiers that work here, the strongest first, and why the others do not.
    pub fn available(launcher: &Path) -> (Vec<Self>, Vec<(Tier, String)>) {
        let mut refusals = Vec::new();
        let mut working = Vec::new();
        for tier in Tier::ALL {
            match Sandbox::probe(tier, launcher) {
                Ok(sandbox) => working.push(sandbox),
                Err(reason) => refusals.push((tier, reason)),
            }
        }
        (working, refusals)
    }

    /// The command that runs `program`, confined. Its arguments are added to what is returned; its environment is empty
    /// but for what is added there.
    pub fn command(&self, policy: &Policy, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self.tier {
            Tier::Bubblewrap => tier::bubblewrap(policy, &self.launcher),
            Tier::Landlock => Command::new(&self.launcher),
        };
        policy.tell(&mut command, self.tier);
        command.arg("--").arg(program).env_clear();
        command
    }

    /// Whether the signal that ends a confined program arrives as an exit status of 128 and its number.
    pub fn turns_signals_into_statuses(&self) -> bool {
        self.tier == Tier::Bubblewrap
    }
}
