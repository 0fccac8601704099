//! One run of `cargo build` and what it built.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::child::Group;
use crate::{Error, Toolchain};

/// A message of `cargo build --message-format=json`, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Artifact {
    reason: String,
    #[serde(default)]
    pub(crate) target: Target,
    #[serde(default)]
    pub(crate) filenames: Vec<PathBuf>,
    #[serde(default)]
    pub(crate) executable: Option<PathBuf>,
}

/// What was built.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) kind: Vec<String>,
}

/// Builds what the arguments say, in `root`. What cargo says goes to the standard error. `None` if it did not compile.
///
/// # Errors
/// cargo cannot be run.
pub(crate) fn build(root: &Path, toolchain: &Toolchain, arguments: &[&str]) -> Result<Option<Vec<Artifact>>, Error> {
    let mut command = Command::new(&toolchain.cargo);
    command.arg("build").arg("--message-format=json-render-diagnostics").args(arguments).current_dir(root);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let start = |error| Error::io("run", &toolchain.cargo, error);
    let mut cargo = Group::spawn(&mut command).map_err(start)?;
    let stdout = cargo.child.stdout.take().expect("it is piped");
    let mut artifacts = Vec::new();
    for line in std::io::BufReader::new(stdout).lines() {
        let line = line.map_err(|error| Error::io("read what is said by", &toolchain.cargo, error))?;
        // Programs that build scripts start may write here, too: what is no message is theirs.
        if let Ok(artifact) = serde_json::from_str::<Artifact>(&line)
            && artifact.reason == "compiler-artifact"
        {
            artifacts.push(artifact);
        }
    }
    let status = cargo.wait().map_err(start)?;
    Ok(status.success().then_some(artifacts))
}
