//! The worlds: built by cargo when an exercise first needs them, and found again without it.

mod linked;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise};
use serde::{Deserialize, Serialize};

use crate::fingerprint;
use crate::{Error, Toolchain, Workspace, cargo, outdated};

pub(crate) use linked::{Linked, NAME as LINKED};

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
    /// All of them in one, where there is such a thing.
    #[serde(default)]
    pub(crate) linked: Option<Linked>,
    /// Changes when any of it does.
    pub(crate) fingerprint: String,
}

/// Which world, and what goes with it.
#[derive(Clone, Copy, Debug)]
pub struct Needs<'a> {
    /// Which.
    pub engine: Engine,
    /// Crates other than `std` that a learner's file may use.
    pub crates: &'a [String],
    /// Crates other than `kata` that only the hidden tests use.
    pub test_crates: &'a [String],
}

impl<'a> Needs<'a> {
    /// What an exercise needs in a world.
    pub fn of(exercise: &'a Exercise, engine: Engine) -> Self {
        Needs { engine, crates: &exercise.manifest.crates, test_crates: &exercise.manifest.test_crates }
    }

    /// The world alone.
    pub fn only(engine: Engine) -> Self {
        Needs { engine, crates: &[], test_crates: &[] }
    }

    fn key(&self) -> String {
        let crates = self.crates.iter().chain(self.test_crates).map(String::as_str);
        std::iter::once(self.engine.name()).chain(crates).collect::<Vec<_>>().join("+")
    }
}

/// Stands for what the worlds are made of.
pub(crate) fn fingerprint(workspace: &Workspace, toolchain: &Toolchain) -> Result<String, Error> {
    fingerprint::of_crates(workspace, toolchain, |name| name.as_encoded_bytes().starts_with(b"kata"))
}

/// The world, from memory if nothing has changed since it was built.
pub(crate) fn remembered(workspace: &Workspace, needs: Needs<'_>, fingerprint: &str) -> Option<World> {
    let text = std::fs::read(memory(workspace, needs)).ok()?;
    let world: World = serde_json::from_slice(&text).ok()?;
    let intact = world.facades.values().chain(world.backstage.values()).all(|path| path.is_file());
    let intact = intact && world.linked.as_ref().is_none_or(Linked::is_intact);
    (world.fingerprint == fingerprint && intact).then_some(world)
}

/// Builds the world with cargo, whose progress goes to the standard error.
///
/// # Errors
/// cargo fails: what it says is on the standard error already.
pub(crate) fn build(
    workspace: &Workspace,
    toolchain: &Toolchain,
    needs: Needs<'_>,
    fingerprint: &str,
) -> Result<World, Error> {
    let Needs { engine, crates, test_crates } = needs;
    let facade_packages: Vec<_> = (std::iter::once("std").chain(crates.iter().map(String::as_str)))
        .map(|name| (name.replace('-', "_"), format!("kata-{engine}-{name}")))
        .collect();
    let backstage_packages: Vec<_> = (test_crates.iter())
        .map(|name| (format!("kata_{}", name.replace('-', "_")), format!("kata-{name}")))
        .chain([("kata".to_owned(), "kata".to_owned()), ("kata_world".to_owned(), format!("kata-{engine}"))])
        .collect();
    let packages = facade_packages.iter().chain(&backstage_packages).map(|(_, package)| package.as_str());
    let artifacts = cargo::build_ours(workspace, toolchain, packages)?;

    // Later builds with other features replace files in cargo's own directory. Links keep this set together.
    let dependencies = workspace.scratch().join("worlds").join(format!("{}-{}", needs.key(), &fingerprint[..16]));
    std::fs::create_dir_all(&dependencies).map_err(|error| Error::io("create", &dependencies, error))?;
    outdated::forget(&dependencies);
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
    let facades: BTreeMap<_, _> = facade_packages.iter().map(find).collect::<Result<_, _>>()?;
    let backstage: BTreeMap<_, _> = backstage_packages.iter().map(find).collect::<Result<_, _>>()?;
    let linked = linked::link(toolchain, &dependencies, facades.iter().chain(&backstage))?;
    let world = World { engine, facades, backstage, dependencies, linked, fingerprint: fingerprint.to_owned() };
    let text = serde_json::to_vec_pretty(&world).expect("a world has only string keys");
    crate::cache::write(&memory(workspace, needs), &text)?;
    Ok(world)
}

fn memory(workspace: &Workspace, needs: Needs<'_>) -> PathBuf {
    workspace.scratch().join("worlds").join(format!("{}.json", needs.key()))
}

/// Makes `link` the same file as `file`, or a copy of it.
pub(crate) fn link_or_copy(file: &Path, link: &Path) -> Result<(), Error> {
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
