//! The worlds: built by cargo when an exercise first needs them, and found again without it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use exercise::Engine;
use serde::{Deserialize, Serialize};

use crate::cargo::{self, Artifact};
use crate::{Error, Toolchain, Workspace};

/// A world that is ready to be compiled against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    /// Which.
    pub engine: Engine,
    /// The crates that a learner's file sees, by the names it knows them by: `std`, and stand-ins for others.
    pub(crate) facades: BTreeMap<String, PathBuf>,
    /// The crates that only hidden tests and the generated `main` see.
    pub(crate) backstage: BTreeMap<String, PathBuf>,
    /// The directory of everything that those crates need.
    pub(crate) dependencies: PathBuf,
    /// Changes when any of it does.
    pub(crate) fingerprint: String,
}

/// What a world is made of, by size and time of change.
pub(crate) fn fingerprint(workspace: &Workspace, toolchain: &Toolchain) -> Result<String, Error> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(toolchain.identity().as_bytes());
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        hasher.update(std::env::var_os(variable).unwrap_or_default().as_encoded_bytes());
    }
    for name in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"] {
        stamp(&workspace.root().join(name), &mut hasher)?;
    }
    let crates = workspace.root().join("crates");
    for entry in sorted_entries(&crates)? {
        if entry.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"kata")) {
            stamp(&entry, &mut hasher)?;
        }
    }
    Ok(hasher.finalize().to_hex().to_string())
}

fn stamp(path: &Path, hasher: &mut blake3::Hasher) -> Result<(), Error> {
    let meta = match std::fs::metadata(path) {
        Ok(meta) => meta,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("look at", path, error)),
    };
    if meta.is_dir() {
        for entry in sorted_entries(path)? {
            stamp(&entry, hasher)?;
        }
        return Ok(());
    }
    let modified = meta.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    hasher.update(path.as_os_str().as_encoded_bytes());
    hasher.update(&meta.len().to_le_bytes());
    hasher.update(&modified.as_nanos().to_le_bytes());
    Ok(())
}

fn sorted_entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let list = || std::fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>();
    let mut entries = list().map_err(|error| Error::io("list", folder, error))?;
    entries.sort();
    Ok(entries)
}

/// The world, from memory if nothing has changed since it was built.
pub(crate) fn remembered(workspace: &Workspace, engine: Engine, crates: &[String], fingerprint: &str) -> Option<World> {
    let text = std::fs::read(memory(workspace, engine, crates)).ok()?;
    let world: World = serde_json::from_slice(&text).ok()?;
    let intact = world.facades.values().chain(world.backstage.values()).all(|path| path.is_file());
    (world.fingerprint == fingerprint && intact).then_some(world)
}

/// Builds the world with cargo, whose progress goes to the standard error.
///
/// # Errors
/// cargo fails: what it says is on the standard error already.
pub(crate) fn build(
    workspace: &Workspace,
    toolchain: &Toolchain,
    engine: Engine,
    crates: &[String],
    fingerprint: &str,
) -> Result<World, Error> {
    let facade_packages: Vec<_> = (std::iter::once("std").chain(crates.iter().map(String::as_str)))
        .map(|name| (name.replace('-', "_"), format!("kata-{engine}-{name}")))
        .collect();
    let backstage_packages =
        [("kata".to_owned(), "kata".to_owned()), ("kata_world".to_owned(), format!("kata-{engine}"))];
    let packages = facade_packages.iter().chain(&backstage_packages);
    let arguments: Vec<_> = packages.flat_map(|(_, package)| ["--package", package.as_str()]).collect();
    let artifacts = cargo::build(workspace.root(), toolchain, &arguments)?;
    let artifacts = artifacts.ok_or_else(|| Error::new("`cargo build` failed; what it says is above".to_owned()))?;

    // Later builds with other features replace files in cargo's own directory. Links keep this set together.
    let dependencies =
        workspace.scratch().join("worlds").join(format!("{}-{}", key(engine, crates), &fingerprint[..16]));
    std::fs::create_dir_all(&dependencies).map_err(|error| Error::io("create", &dependencies, error))?;
    forget_old_builds(&dependencies);
    let mut libraries = BTreeMap::new();
    for artifact in &artifacts {
        for file in artifact.linkable() {
            let link = dependencies.join(file.file_name().expect("an artifact is a file"));
            link_or_copy(&file, &link)?;
            libraries.insert(artifact.target.name.clone(), link);
        }
    }
    let find = |(name, package): &(String, String)| {
        let library = libraries.get(&package.replace('-', "_"));
        let library = library.ok_or_else(|| Error::new(format!("cargo built {package} without a library")))?;
        Ok::<_, Error>((name.clone(), library.clone()))
    };
    let world = World {
        engine,
        facades: facade_packages.iter().map(find).collect::<Result<_, _>>()?,
        backstage: backstage_packages.iter().map(find).collect::<Result<_, _>>()?,
        dependencies,
        fingerprint: fingerprint.to_owned(),
    };
    let text = serde_json::to_vec_pretty(&world).expect("a world has only string keys");
    crate::cache::write(&memory(workspace, engine, crates), &text)?;
    Ok(world)
}

fn memory(workspace: &Workspace, engine: Engine, crates: &[String]) -> PathBuf {
    workspace.scratch().join("worlds").join(format!("{}.json", key(engine, crates)))
}

fn key(engine: Engine, crates: &[String]) -> String {
    std::iter::once(engine.name()).chain(crates.iter().map(String::as_str)).collect::<Vec<_>>().join("+")
}

/// Removes what nothing is compiled against any more. A check that runs at the moment may use the build before this
/// one, so that only those of other days go.
fn forget_old_builds(current: &Path) {
    const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let name = current.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let Some((key, _)) = name.rsplit_once('-') else { return };
    for old in sorted_entries(current.parent().unwrap_or(current)).unwrap_or_default() {
        let same_world =
            old.file_name().and_then(|name| name.to_str()?.rsplit_once('-')).is_some_and(|(k, _)| k == key);
        let changed = std::fs::metadata(&old).and_then(|meta| meta.modified());
        let is_old = changed.is_ok_and(|time| time.elapsed().is_ok_and(|age| age > A_DAY));
        if same_world && is_old && old != current {
            // What cannot be removed takes room and does no harm.
            let _ = std::fs::remove_dir_all(&old);
        }
    }
}

fn link_or_copy(file: &Path, link: &Path) -> Result<(), Error> {
    let replace = || {
        let (new, old) = (std::fs::metadata(file)?, std::fs::metadata(link));
        if old.as_ref().is_ok_and(|old| old.len() == new.len() && old.modified().ok() == new.modified().ok()) {
            return Ok(());
        }
        if old.is_ok() {
            std::fs::remove_file(link)?;
        }
        std::fs::hard_link(file, link).or_else(|_| std::fs::copy(file, link).map(drop))
    };
    replace().map_err(|error| Error::io("link", link, error))
}

trait Linkable {
    /// The files that a compiler needs, under the names that cargo gives them among the dependencies.
    fn linkable(&self) -> Vec<PathBuf>;
}

impl Linkable for Artifact {
    fn linkable(&self) -> Vec<PathBuf> {
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
