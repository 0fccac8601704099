//! Verdicts of files that have not changed since.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use exercise::Exercise;
use kata_trace::Verdict;
use serde::{Deserialize, Serialize};

use crate::{Bench, Error, Judgement};

/// Where the verdict on a file is kept: one for each file, whatever it said before.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    path: PathBuf,
    key: String,
}

/// What is kept.
#[derive(Deserialize, Serialize)]
struct Kept<J> {
    /// Stands for the file's text and everything that it was judged with.
    key: String,
    judgement: J,
}

impl Entry {
    /// Of the file that is shown as `shown` and says `source`.
    pub(crate) fn new(bench: &Bench, exercise: &Exercise, shown: &Path, source: &[u8]) -> Result<Self, Error> {
        let workspace = &bench.workspace;
        let mut hasher = blake3::Hasher::new();
        let mut part = |bytes: &[u8]| {
            hasher.update(&bytes.len().to_le_bytes());
            hasher.update(bytes);
        };
        part(bench.identity().as_bytes());
        part(exercise.id.as_str().as_bytes());
        part(shown.as_os_str().as_encoded_bytes());
        part(source);
        let manifest = exercise.directory().join("exercise.toml");
        let hidden = exercise.manifest.engines.iter().map(|&engine| exercise.hidden(engine));
        for path in std::iter::once(manifest).chain(hidden) {
            let path = workspace.root().join(path);
            part(&std::fs::read(&path).map_err(|error| Error::io("read", &path, error))?);
        }
        let file = blake3::hash(shown.as_os_str().as_encoded_bytes()).to_hex();
        let name = format!("{}-{}.json", exercise.id, &file[..16]);
        Ok(Entry { path: workspace.scratch().join("verdicts").join(name), key: hasher.finalize().to_hex().to_string() })
    }

    /// The verdict, if there is one.
    pub(crate) fn load(&self) -> Option<Judgement> {
        let kept: Kept<Judgement> = serde_json::from_slice(&std::fs::read(&self.path).ok()?).ok()?;
        (kept.key == self.key).then_some(kept.judgement)
    }

    /// Keeps a verdict, unless a second run could find another one.
    pub(crate) fn store(&self, judgement: &Judgement) -> Result<(), Error> {
        let depends_on_the_machine = matches!(
            judgement.verdict,
            Verdict::InternalError
                | Verdict::TimedOut
                | Verdict::OutOfMemory
                | Verdict::OutputFlood
                | Verdict::Crashed
                | Verdict::NoVerdict
                | Verdict::Tampered
        );
        if depends_on_the_machine {
            return Ok(());
        }
        let kept = Kept { key: self.key.clone(), judgement };
        write(&self.path, &serde_json::to_vec(&kept).expect("a judgement has only string keys"))
    }
}

/// Changes when this program does.
pub(crate) fn judge_identity() -> String {
    let stamp = || {
        let meta = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
        Some(format!("{} {:?}", meta.len(), meta.modified().ok()?))
    };
    stamp().unwrap_or_default()
}

/// Replaces a file in one step: whoever reads it, and whatever is killed meanwhile, sees the old or the new text. Its
/// folder is made if need be.
///
/// # Errors
/// It cannot be written.
pub fn write(path: &Path, text: &[u8]) -> Result<(), Error> {
    let replace = || {
        let folder = path.parent().expect("a file is in a folder");
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text)?;
        file.persist(path).map_err(|error| error.error)
    };
    replace().map(drop).map_err(|error: std::io::Error| Error::io("write", path, error))
}
