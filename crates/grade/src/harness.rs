//! What texts are judged with, by what it says: two machines with the same checkout and the same compiler agree.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use exercise::Exercise;
use walkdir::WalkDir;

/// A digest of parts, none of which runs into the next.
#[derive(Debug, Default)]
pub(crate) struct Digest(blake3::Hasher);

impl Digest {
    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.0.update(&bytes.len().to_le_bytes());
        self.0.update(bytes);
    }

    /// Everything in a folder, or nothing where there is none.
    fn folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        for entry in WalkDir::new(folder).sort_by_file_name() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) if error.io_error().is_some_and(|e| e.kind() == std::io::ErrorKind::NotFound) => continue,
                Err(error) => return Err(error.into()),
            };
            if entry.file_type().is_file() {
                let path = entry.path();
                self.part(path.strip_prefix(folder)?.as_os_str().as_encoded_bytes());
                self.part(&std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?);
            }
        }
        Ok(())
    }

    pub(crate) fn finish(&self) -> String {
        self.0.finalize().to_hex()[..32].to_owned()
    }
}

/// Stands for the worlds, the judge, and the compiler with its flags.
///
/// # Errors
/// The repository cannot be read, or the compiler cannot be run.
pub(crate) fn harness(root: &Path, rustc: &Path) -> anyhow::Result<String> {
    let mut digest = Digest::default();
    let version = Command::new(rustc).arg("-vV").output().with_context(|| format!("cannot run {}", rustc.display()))?;
    digest.part(&version.stdout);
    for variable in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
        digest.part(std::env::var_os(variable).unwrap_or_default().as_encoded_bytes());
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        digest.part(&std::fs::read(root.join(file)).unwrap_or_default());
    }
    let crates = std::fs::read_dir(root.join("crates")).context("cannot list the crates")?;
    let mut crates: Vec<_> = crates.filter_map(|entry| Some(entry.ok()?.path())).collect();
    crates.sort();
    for folder in crates {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("kata") || ["exercise", "judge", "sandbox"].contains(&name.as_str()) {
            digest.part(name.as_bytes());
            digest.folder(&folder)?;
        }
    }
    Ok(digest.finish())
}

/// Stands for an exercise with its private scenarios.
///
/// # Errors
/// Its files cannot be read.
pub(crate) fn of_exercise(root: &Path, exercise: &Exercise, overlay: Option<&Path>) -> anyhow::Result<String> {
    let mut digest = Digest::default();
    let manifest = exercise.directory().join("exercise.toml");
    let hidden = exercise.manifest.engines.iter().map(|&engine| exercise.hidden(engine));
    // What is said about an item that is missing is taken from the reference.
    let reference = exercise.solutions().join("lib.rs");
    for path in std::iter::once(manifest).chain(hidden).chain([reference]) {
        digest.part(&std::fs::read(root.join(&path)).unwrap_or_default());
    }
    if let Some(overlay) = overlay {
        digest.folder(&overlay.join(exercise.id.as_str()))?;
    }
    Ok(digest.finish())
}
