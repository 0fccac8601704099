//! One exercise and where its files are.

use std::path::{Path, PathBuf};

use crate::{Engine, Error, Id, Manifest};

/// An exercise.
#[derive(Clone, Debug)]
pub struct Exercise {
    /// The name of its folder.
    pub id: Id,
    /// What `exercise.toml` says.
    pub manifest: Manifest,
}

impl Exercise {
    /// Reads an exercise of the repository at `root`.
    ///
    /// # Errors
    /// See [`Manifest::read`]; also when a file that the manifest names is missing.
    pub fn read(root: &Path, id: Id) -> Result<Self, Error> {
        let path = root.join(directory(&id)).join("exercise.toml");
        let exercise = Exercise { manifest: Manifest::read(&path)?, id };
        for &engine in &exercise.manifest.engines {
            let hidden = exercise.hidden(engine);
            if !root.join(&hidden).is_file() {
                return Err(Error::new(
                    &path,
                    format!("`engines` names {engine}, and {} is missing", hidden.display()),
                ));
            }
        }
        for file in &exercise.manifest.editable {
            if !root.join(exercise.directory()).join(file).is_file() {
                return Err(Error::new(&path, format!("`editable` names {}, which is missing", file.display())));
            }
        }
        Ok(exercise)
    }

    /// Its folder, relative to the repository's root, like every path here.
    pub fn directory(&self) -> PathBuf {
        directory(&self.id)
    }

    /// The root of the learner's crate.
    pub fn source(&self) -> PathBuf {
        self.directory().join("src").join("lib.rs")
    }

    /// The broken program as it is shipped: what [`Exercise::source`] is before the learner edits it.
    pub fn starter(&self) -> PathBuf {
        self.solutions().join("starter.rs")
    }

    /// The hidden tests for a world.
    pub fn hidden(&self, engine: Engine) -> PathBuf {
        hidden_below(&self.directory(), engine)
    }

    /// Where a folder of further scenarios, such as an instructor's private ones, has those of a world.
    pub fn hidden_in(&self, overlay: &Path, engine: Engine) -> PathBuf {
        hidden_below(&overlay.join(self.id.as_str()), engine)
    }

    /// The folder of its solutions.
    pub fn solutions(&self) -> PathBuf {
        Path::new("solutions").join(self.id.as_str())
    }
}

fn directory(id: &Id) -> PathBuf {
    Path::new("exercises").join(id.as_str())
}

/// Where the hidden tests for a world lie in an exercise's folder.
fn hidden_below(folder: &Path, engine: Engine) -> PathBuf {
    folder.join("hidden").join(engine.name()).with_extension("rs")
}
