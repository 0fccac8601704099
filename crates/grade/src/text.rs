//! What students' files say, each text once.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// A folder of texts, each named after what it says.
#[derive(Clone, Debug)]
pub struct Texts {
    folder: PathBuf,
}

impl Texts {
    /// In the folder of a grading.
    pub fn new(out: &Path) -> Self {
        Texts { folder: out.join("texts") }
    }

    /// Keeps a text and returns what stands for it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn keep(&self, text: &[u8]) -> anyhow::Result<String> {
        let digest = blake3::hash(text).to_hex()[..32].to_owned();
        let path = self.path(&digest);
        if !path.is_file() {
            judge::replace_file(&path, text)?;
        }
        Ok(digest)
    }

    /// What a text says.
    ///
    /// # Errors
    /// It cannot be read, or somebody has changed it.
    pub fn read(&self, digest: &str) -> anyhow::Result<Vec<u8>> {
        let path = self.path(digest);
        let text = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let same = blake3::hash(&text).to_hex()[..32] == *digest;
        anyhow::ensure!(same, "{} has changed since it was taken in", path.display());
        Ok(text)
    }

    fn path(&self, digest: &str) -> PathBuf {
        self.folder.join(digest).with_extension("rs")
    }
}
