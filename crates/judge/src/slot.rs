//! A place to build in, for one check at a time.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use exercise::{Engine, Id};

use crate::{Error, Workspace};

/// A folder that nobody else builds in while this lives. The next check of the same exercise gets the same one: rustc
/// takes what it kept of the hidden tests for outdated when the learner's library lies elsewhere.
#[derive(Debug)]
pub(crate) struct Slot {
    folder: PathBuf,
    shared: PathBuf,
    _lock: File,
}

impl Slot {
    /// The first that is free.
    pub(crate) fn take(workspace: &Workspace, exercise: &Id, engine: Engine) -> Result<Self, Error> {
        let builds = workspace.scratch().join("builds").join(exercise.as_str());
        let shared = builds.join(format!("{engine}-objects"));
        std::fs::create_dir_all(&shared).map_err(|error| Error::io("create", &shared, error))?;
        let mut number = 0;
        loop {
            let folder = builds.join(format!("{engine}-{number}"));
            let lock = std::fs::create_dir_all(&folder).and_then(|()| File::create(folder.join("lock")));
            let lock = lock.map_err(|error| Error::io("create", &folder, error))?;
            match lock.try_lock() {
                Ok(()) => return Ok(Slot { folder, shared, _lock: lock }),
                Err(TryLockError::WouldBlock) => number += 1,
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", &folder, error)),
            }
        }
    }

    /// A folder that all checks of the same exercise in the same world share.
    pub(crate) fn shared(&self) -> &Path {
        &self.shared
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}
