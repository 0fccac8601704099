//! Object files of hidden tests, kept for the next program that they fit.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::fingerprint::sorted_entries;

/// How many sets an exercise has: as many interfaces as a class comes up with, mostly. A set takes about a megabyte.
const MOST: usize = 32;

/// The sets of an exercise's object files in a world, each in a folder that has the name of its key. Several checks share
/// them: a set appears as a whole, and may vanish at any time.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    folder: &'a Path,
}

impl<'a> Kept<'a> {
    /// Those in a folder.
    pub(super) fn in_folder(folder: &'a Path) -> Self {
        Kept { folder }
    }

    /// The set of a key.
    pub(super) fn get(&self, key: &str) -> Option<PathBuf> {
        let set = self.folder.join(key);
        let used = File::open(&set).ok()?;
        // Where that cannot be noted, another set is forgotten than the one that has not been used for longest.
        let _ = used.set_modified(SystemTime::now());
        Some(set)
    }

    /// Takes over a folder as the set of a key. What goes wrong costs the next check the time to compile.
    pub(super) fn put(&self, key: &str, objects: &Path) {
        let set = self.folder.join(key);
        if set.exists() {
            // It did not fit.
            let _ = fs::remove_dir_all(&set);
        }
        if fs::rename(objects, &set).is_ok() {
            self.forget();
        }
    }

    /// Removes the sets that were not used for longest.
    fn forget(&self) {
        let mut sets: Vec<(SystemTime, PathBuf)> = sorted_entries(self.folder)
            .unwrap_or_default()
            .into_iter()
            .filter_map(|set| Some((fs::metadata(&set).ok()?.modified().ok()?, set)))
            .collect();
        sets.sort();
        let surplus = sets.len().saturating_sub(MOST);
        for (_, set) in &sets[..surplus] {
            let _ = fs::remove_dir_all(set);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, new) = (Kept::in_folder(folder.path()), folder.path().join("new"));
        let put = |number: u64| {
            fs::create_dir(&new).unwrap();
            let second = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(number);
            File::open(&new).unwrap().set_modified(second).unwrap();
            kept.put(&number.to_string(), &new);
        };
        for number in 0..MOST as u64 {
            put(number);
        }
        assert!(kept.get("0").is_some(), "there is room for so many, and now this was used last");
        put(MOST as u64);
        let left = |key: &str| folder.path().join(key).is_dir();
        assert_eq!((left("0"), left("1"), left("2")), (true, false, true));
        assert_eq!(kept.get("1"), None);
    }

    #[test]
    fn a_set_is_replaced_as_a_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, new) = (Kept::in_folder(folder.path()), folder.path().join("new"));
        for name in ["old.o", "new.o"] {
            fs::create_dir(&new).unwrap();
            fs::write(new.join(name), "").unwrap();
            kept.put("key", &new);
        }
        let files = sorted_entries(&kept.get("key").unwrap()).unwrap();
        assert_eq!(files, [folder.path().join("key").join("new.o")]);
    }
}
