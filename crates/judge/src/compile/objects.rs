//! The hidden tests as object files, which one program after the other is linked from.

use std::path::{Path, PathBuf};

use super::kept::Kept;
use super::rustc::rustc;
use super::{Job, contract, interface};
use crate::Error;
use crate::cache::judge_identity;
use crate::child::{self, Cancel, Ended};
use crate::deep::deeply;
use crate::fingerprint::sorted_entries;
use crate::room::Room;
use crate::slot::Slot;
use crate::verdict::Rejection;
use crate::world::Linked;

/// Makes the program `path` of the learner's library and the hidden tests, which are compiled only if what they can tell
/// of the library has changed: `key` stands for that. `false` if they cannot be linked in this way.
pub(super) fn program(
    job: &Job<'_>,
    room: &Room,
    linked: &Linked,
    library: &Path,
    key: Option<String>,
    slot: &Slot,
    path: &Path,
) -> Result<Result<bool, Rejection>, Error> {
    let folder = slot.folder().join("objects");
    let kept = Kept::in_folder(slot.shared());
    // What the library shares of generic code may be gone with a body that used it: then nothing fits together.
    if let Some(set) = key.as_ref().and_then(|key| kept.get(key))
        && link(room, linked, &set, library, path)?
    {
        return Ok(Ok(true));
    }
    let renew = || {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)
    };
    renew().map_err(|error| Error::io("replace", &folder, error))?;
    let run =
        rustc(job.main(library, room, slot).arg("--emit=obj").arg("--out-dir").arg(&folder), room, &job.main_text())?;
    if !run.success {
        return Ok(Err(deeply(|| contract::broken(job, &run))?));
    }
    let fits = link(room, linked, &folder, library, path)?;
    if let (true, Some(key)) = (fits, key) {
        kept.put(&key, &folder);
    }
    Ok(Ok(fits))
}

/// Stands for everything that the object files are made of. `None` where nothing can.
pub(super) fn key(job: &Job<'_>) -> Option<String> {
    let interface = interface::digest(job.source.name, job.source.text)?;
    let mut hasher = blake3::Hasher::new();
    let private = job.private.map_or("", |private| &private.text);
    for part in [judge_identity().as_str(), &job.world.fingerprint, &job.hidden.text, private, &job.main_text()] {
        hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
    }
    hasher.update(interface.as_bytes());
    Some(hasher.finalize().to_hex().to_string())
}

/// Whether the linker made a program.
fn link(room: &Room, linked: &Linked, folder: &Path, library: &Path, path: &Path) -> Result<bool, Error> {
    // A set that is kept may be gone by now.
    let entries = sorted_entries(folder).unwrap_or_default();
    let objects = entries.into_iter().filter(|path: &PathBuf| path.extension().is_some_and(|is| is == "o"));
    let mut linker = room.linker();
    linker.args(objects).arg(library).args(linked.linker_options()).arg("-o").arg(path);
    let finished = child::run(&mut linker, b"", room.compiler_limits(), &Cancel::default());
    let finished = finished.map_err(|error| Error::io("run", Path::new("cc"), error))?;
    Ok(matches!(finished.ended, Ended::Itself(status) if status.success()))
}
