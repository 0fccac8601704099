//! How a program is confined.

use std::fmt;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Policy;

/// Where the launcher lies within bubblewrap's file system.
const LAUNCHER: &str = "/.launcher";

/// What fits into a scratch folder in memory, in bytes.
const SCRATCH: u64 = 64 << 20;

/// How a program is confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Namespaces made by [bubblewrap](https://github.com/containers/bubblewrap).
    Bubblewrap,
    /// Access rules of the kernel's own [Landlock](https://docs.kernel.org/userspace-api/landlock.html).
    Landlock,
}

impl Tier {
    /// All of them, the strongest first.
    pub const ALL: [Tier; 2] = [Tier::Bubblewrap, Tier::Landlock];

    /// The name in records and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Tier::Bubblewrap => "bubblewrap",
            Tier::Landlock => "landlock",
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no tier of this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTier(String);

impl fmt::Display for UnknownTier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no sandbox `{}`: it is `bubblewrap` or `landlock`", self.0)
    }
}

impl std::error::Error for UnknownTier {}

impl FromStr for Tier {
    type Err = UnknownTier;

    fn from_str(text: &str) -> Result<Self, UnknownTier> {
        Tier::ALL.into_iter().find(|tier| tier.name() == text).ok_or_else(|| UnknownTier(text.to_owned()))
    }
}

/// `bwrap` with the policy's files, up to the launcher, which sets the rest on itself.
pub(crate) fn bubblewrap(policy: &Policy, launcher: &Path) -> Command {
    let mut command = Command::new("bwrap");
    command.args(["--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]);
    command.args(["--unshare-cgroup-try", "--die-with-parent", "--uid", "65534", "--gid", "65534"]);
    command.args(["--cap-drop", "ALL", "--hostname", "sandbox"]);
    // Mounted before what lies below it.
    for path in policy.writable() {
        command.arg("--bind").arg(path).arg(path);
    }
    for path in policy.readable() {
        // `/lib` is a link into `/usr` on most systems, and has to be one here, too.
        match std::fs::read_link(path) {
            Ok(target) => command.arg("--symlink").arg(target).arg(path),
            Err(_) => command.arg("--ro-bind-try").arg(path).arg(path),
        };
    }
    if let Some(scratch) = policy.scratch_folder() {
        command.args(["--size", &SCRATCH.to_string(), "--tmpfs"]).arg(scratch);
    }
    if policy.has_proc() {
        command.args(["--proc", "/proc"]);
    }
    if let Some(folder) = policy.folder() {
        command.arg("--dir").arg(folder).arg("--chdir").arg(folder);
    } else {
        command.args(["--chdir", "/"]);
    }
    command.args(["--dev-bind", "/dev/null", "/dev/null", "--dev-bind-try", "/dev/urandom", "/dev/urandom"]);
    command.arg("--ro-bind").arg(launcher).arg(LAUNCHER).args(["--remount-ro", "/"]);
    command.args(["--", LAUNCHER]);
    command
}
