//! Programs of this repository that are built when they are first needed, as the worlds are.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::{Error, Toolchain, Workspace, cache, cargo, fingerprint, outdated, world};

/// A program that was built.
#[derive(Serialize, Deserialize)]
struct Tool {
    program: PathBuf,
    /// Stands for what it was built from.
    fingerprint: String,
}

/// The program of the package `name`, built if it is not there or not up to date. `building` is called before cargo is.
pub(crate) fn ready(
    workspace: &Workspace,
    toolchain: &Toolchain,
    name: &str,
    building: impl FnOnce(),
) -> Result<PathBuf, Error> {
    // All crates: which of them it is made of only cargo knows, and a build too many is a short one.
    let fingerprint = fingerprint::of_crates(workspace, toolchain, |_| true)?;
    let tools = workspace.scratch().join("tools");
    let memory = memory(workspace, name);
    if let Some(tool) = read(&memory).filter(|tool| tool.fingerprint == fingerprint && tool.program.is_file()) {
        return Ok(tool.program);
    }
    building();
    let artifacts = cargo::build_ours(workspace, toolchain, std::iter::once(name))?;
    let mut programs = artifacts.iter().filter(|artifact| artifact.target.name == name);
    let program = programs.find_map(|artifact| artifact.executable.as_deref());
    let program = program.ok_or_else(|| Error::new(format!("cargo built {name} without a program")))?;
    // Builds with other features replace the file in cargo's own directory.
    let kept = tools.join(format!("{name}-{}", &fingerprint[..16])).with_extension(std::env::consts::EXE_EXTENSION);
    std::fs::create_dir_all(&tools).map_err(|error| Error::io("create", &tools, error))?;
    world::link_or_copy(program, &kept)?;
    outdated::forget(&kept);
    let tool = Tool { program: kept, fingerprint };
    cache::write(&memory, &serde_json::to_vec_pretty(&tool).expect("a tool has only string keys"))?;
    Ok(tool.program)
}

/// The program, if it was built once.
pub(crate) fn remembered(workspace: &Workspace, name: &str) -> Option<PathBuf> {
    read(&memory(workspace, name)).map(|tool| tool.program).filter(|program| program.is_file())
}

fn memory(workspace: &Workspace, name: &str) -> PathBuf {
    workspace.scratch().join("tools").join(format!("{name}.json"))
}

fn read(memory: &Path) -> Option<Tool> {
    serde_json::from_slice(&std::fs::read(memory).ok()?).ok()
}
