//! Which exercise a file that was handed in is meant for.

use exercise::{Exercise, Id};

/// The files that an assignment asks for.
#[derive(Clone, Debug)]
pub struct Places {
    exercises: Vec<(Id, Vec<String>)>,
    /// All exercises that there are, asked for or not.
    all: Vec<Id>,
}

/// Where a file belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The exercise's id.
    pub(crate) exercise: Id,
    /// How sure that is, the surest first: the whole path, the path without `src`, the file's name, `lib.rs` alone.
    pub(crate) rank: u8,
    /// The number that a learning platform gives to a file which is handed in once more.
    pub(crate) version: u32,
}

/// Folders of a checkout in which files have the names of exercises and are not the learner's.
const NOT_THE_LEARNERS: [&str; 4] = ["solutions", "hidden", "target", "tests"];

impl Places {
    /// For these exercises, out of all that there are.
    pub fn new<'a>(exercises: impl IntoIterator<Item = &'a Exercise>, all: &[Id]) -> Self {
        let editable = |exercise: &Exercise| {
            let files = exercise.manifest.editable.iter();
            files.map(|file| file.to_string_lossy().replace('\\', "/").to_lowercase()).collect()
        };
        let exercises = exercises.into_iter().map(|exercise| (exercise.id.clone(), editable(exercise))).collect();
        Places { exercises, all: all.to_vec() }
    }

    /// Whether there is only one exercise, whose file needs no other name than `lib.rs`.
    pub(crate) fn is_single(&self) -> bool {
        self.exercises.len() == 1
    }

    /// The exercise of that name: an id, a number, or a slug, whatever its case.
    fn named(&self, name: &str) -> Option<&(Id, Vec<String>)> {
        let name = name.to_lowercase().replace(['_', ' '], "-");
        let number: Option<u32> = name.parse().ok();
        self.exercises.iter().find(|(id, _)| id.as_str() == name || id.slug() == name || Some(id.number()) == number)
    }

    /// Where a file belongs, by the parts of its path below the submission.
    pub(crate) fn place(&self, parts: &[String]) -> Option<Place> {
        let (file, folders) = parts.split_last()?;
        let file = file.to_lowercase();
        let folders: Vec<String> = folders.iter().map(|folder| folder.to_lowercase()).collect();
        if folders.iter().any(|folder| NOT_THE_LEARNERS.contains(&folder.as_str())) {
            return None;
        }
        let stem = file.strip_suffix(".rs")?;
        let (bare, version) = without_version(stem);
        let place = |id: &Id, rank, version| Some(Place { exercise: id.clone(), rank, version });
        // The whole path: the exercise's folder, then the file as the exercise names it.
        for (at, folder) in folders.iter().enumerate().rev() {
            let Some((id, editable)) = self.named(folder) else { continue };
            for (name, version) in [(stem, 0), (bare, version)] {
                let below = [&folders[at + 1..], &[format!("{name}.rs")]].concat().join("/");
                if editable.contains(&below) {
                    return place(id, 0, version);
                }
                if editable.iter().any(|file| file.rsplit('/').next() == Some(&below)) {
                    return place(id, 1, version);
                }
            }
            break;
        }
        for (name, version) in [(stem, 0), (bare, version)] {
            if let Some((id, _)) = self.named(name) {
                return place(id, 2, version);
            }
        }
        let [(id, editable)] = self.exercises.as_slice() else { return None };
        // `lib.rs` alone is the one exercise's, unless it lies in the folder of another one.
        if folders.iter().any(|folder| self.all.iter().any(|other| other != id && other.as_str() == folder)) {
            return None;
        }
        for (name, version) in [(stem, 0), (bare, version)] {
            if editable.iter().any(|file| file.rsplit('/').next() == Some(&format!("{name}.rs"))) {
                return place(id, 3, version);
            }
        }
        None
    }
}

/// `lib-1`, `lib (1)` and `lib` are the same file, handed in twice.
fn without_version(stem: &str) -> (&str, u32) {
    let numbered = |open: &str, close: &str| {
        let (bare, number) = stem.strip_suffix(close)?.rsplit_once(open)?;
        Some((bare, number.parse().ok()?))
    };
    numbered(" (", ")").or_else(|| numbered("(", ")")).or_else(|| numbered("-", "")).unwrap_or((stem, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(ids: &[&str]) -> Places {
        let all = ["01-lost-update", "03-deadlock", "04-hidden-guard"].map(|id| id.parse().unwrap()).to_vec();
        let exercises = ids.iter().map(|id| (id.parse().unwrap(), vec!["src/lib.rs".to_owned()]));
        Places { exercises: exercises.collect(), all }
    }

    fn place(places: &Places, path: &str) -> Option<(String, u8, u32)> {
        let parts: Vec<_> = path.split('/').map(str::to_owned).collect();
        places.place(&parts).map(|place| (place.exercise.to_string(), place.rank, place.version))
    }

    #[test]
    fn a_file_is_found_by_its_path_or_by_its_name() {
        let places = places(&["01-lost-update", "03-deadlock"]);
        for (path, exercise, rank, version) in [
            ("03-deadlock/src/lib.rs", "03-deadlock", 0, 0),
            ("exercises/03-deadlock/src/lib.rs", "03-deadlock", 0, 0),
            ("katas-main/exercises/03-Deadlock/src/LIB.rs", "03-deadlock", 0, 0),
            ("deadlock/src/lib.rs", "03-deadlock", 0, 0),
            ("lost_update/lib.rs", "01-lost-update", 1, 0),
            ("03-deadlock.rs", "03-deadlock", 2, 0),
            ("deadlock.rs", "03-deadlock", 2, 0),
            ("homework/03_deadlock-2.rs", "03-deadlock", 2, 2),
            ("03.rs", "03-deadlock", 2, 0),
            ("03-deadlock/deadlock.rs", "03-deadlock", 2, 0),
            ("lost_update (1).rs", "01-lost-update", 2, 1),
        ] {
            assert_eq!(place(&places, path), Some((exercise.to_owned(), rank, version)), "{path}");
        }
        for path in [
            "lib.rs",
            "src/lib.rs",
            "03-deadlock/src/main.rs",
            "03-deadlock/build.rs",
            "03-deadlock/hidden/shuttle.rs",
            "03-deadlock/Cargo.toml",
            "solutions/03-deadlock/lib.rs",
            "04-hidden-guard/src/lib.rs",
        ] {
            assert_eq!(place(&places, path), None, "{path}");
        }
    }

    #[test]
    fn the_file_of_an_only_exercise_needs_no_name_of_its_own() {
        let places = places(&["03-deadlock"]);
        assert_eq!(place(&places, "lib.rs"), Some(("03-deadlock".to_owned(), 3, 0)));
        assert_eq!(place(&places, "bank/src/lib-3.rs"), Some(("03-deadlock".to_owned(), 3, 3)));
        assert_eq!(place(&places, "2026-katas/lib.rs"), Some(("03-deadlock".to_owned(), 3, 0)));
        for path in ["solutions/03-deadlock/lib.rs", "exercises/04-hidden-guard/src/lib.rs", "03-deadlock/src/main.rs"]
        {
            assert_eq!(place(&places, path), None, "{path}");
        }
    }
}
