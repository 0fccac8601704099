//! `cargo build`, and what it built.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::child::Group;
use crate::{Error, Toolchain, Workspace};

/// A message of `cargo build --message-format=json`, as far as it matters here.
#[derive(Deserialize)]
pub(crate) struct Artifact {
    reason: String,
    #[serde(default)]
    pub(crate) target: Target,
    #[serde(default)]
    filenames: Vec<PathBuf>,
    /// The program, of a target that is one.
    #[serde(default)]
    pub(crate) executable: Option<PathBuf>,
}

/// What an artifact was built from.
#[derive(Default, Deserialize)]
pub(crate) struct Target {
    pub(crate) name: String,
    kind: Vec<String>,
}

impl Artifact {
    /// The files that a compiler needs, under the names that cargo gives them among the dependencies.
    pub(crate) fn linkable(&self) -> Vec<PathBuf> {
        let proc_macro = self.target.kind.iter().any(|kind| kind == "proc-macro");
        let library = self.target.kind.iter().any(|kind| kind == "lib" || kind == "rlib");
        if !proc_macro && !library {
            return Vec::new();
        }
        // A workspace member is named without its hash, as a copy that any other build replaces; the hash is in the
        // name of its metadata.
        let metadata = self.filenames.iter().find(|file| file.extension().is_some_and(|e| e == "rmeta"));
        let hashed = metadata.map(|file| file.with_extension("rlib")).filter(|file| file.is_file());
        match hashed {
            Some(file) if library => vec![file],
            _ => self.filenames.iter().filter(|file| file.extension().is_some_and(|e| e != "rmeta")).cloned().collect(),
        }
    }
}

/// Builds packages of ours, which compile, or else it is our fault.
///
/// # Errors
/// cargo fails: what it says is on the standard error already.
pub(crate) fn build_ours<'a>(
    workspace: &Workspace,
    toolchain: &Toolchain,
    packages: impl Iterator<Item = &'a str>,
) -> Result<Vec<Artifact>, Error> {
    let built = build(workspace, toolchain, packages)?;
    built.ok_or_else(|| Error::new("`cargo build` failed; what it says is above".to_owned()))
}

/// Builds packages. What cargo says goes to the standard error. `None` if they did not compile.
///
/// # Errors
/// cargo cannot be run.
pub(crate) fn build<'a>(
    workspace: &Workspace,
    toolchain: &Toolchain,
    packages: impl Iterator<Item = &'a str>,
) -> Result<Option<Vec<Artifact>>, Error> {
    let mut command = Command::new(&toolchain.cargo);
    command.arg("build").arg("--message-format=json-render-diagnostics").current_dir(workspace.root());
    for package in packages {
        command.args(["--package", package]);
    }
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
