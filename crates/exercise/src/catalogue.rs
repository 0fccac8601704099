//! All exercises of the repository.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::{Error, Exercise, Id};

/// The exercises of a repository, in the learning order.
#[derive(Clone, Debug)]
pub struct Catalogue {
    root: PathBuf,
    ids: Vec<Id>,
}

impl Catalogue {
    /// Looks into `exercises/` of the repository at `root`. The manifests are read later, one by one: a broken one
    /// stands in the way of its own exercise only.
    ///
    /// # Errors
    /// The folder cannot be read, or two exercises share a number or a slug.
    pub fn read(root: &Path) -> Result<Self, Error> {
        let folder = root.join("exercises");
        let mut ids: Vec<Id> = Vec::new();
        for entry in std::fs::read_dir(&folder).map_err(|error| Error::new(&folder, error))? {
            let entry = entry.map_err(|error| Error::new(&folder, error))?;
            if let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) {
                ids.push(id);
            }
        }
        ids.sort();
        for (index, id) in ids.iter().enumerate() {
            if let Some(twin) = ids[..index].iter().find(|i| i.number() == id.number() || i.slug() == id.slug()) {
                return Err(Error::new(&folder, format!("{twin} and {id} share their number or their slug")));
            }
        }
        Ok(Catalogue { root: root.to_owned(), ids })
    }

    /// In the learning order.
    pub fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// Finds an exercise by its id, its number, or its slug.
    ///
    /// # Errors
    /// Nothing has that name.
    pub fn find(&self, name: &str) -> Result<&Id, Unknown> {
        let wanted = name.trim().trim_end_matches('/');
        let wanted = wanted.strip_prefix("exercises/").unwrap_or(wanted).to_lowercase().replace([' ', '_'], "-");
        let number = if wanted.bytes().all(|b| b.is_ascii_digit()) { wanted.parse().ok() } else { None };
        (self.ids.iter())
            .find(|id| id.as_str() == wanted || id.slug() == wanted || Some(id.number()) == number)
            .ok_or_else(|| Unknown { name: name.to_owned(), nearest: self.nearest(&wanted, number) })
    }

    /// Reads one exercise.
    ///
    /// # Errors
    /// See [`Exercise::read`].
    pub fn exercise(&self, id: &Id) -> Result<Exercise, Error> {
        Exercise::read(&self.root, id.clone())
    }

    fn nearest(&self, wanted: &str, number: Option<u32>) -> Vec<Id> {
        let likeness = |id: &Id| -> f64 {
            if let Some(number) = number {
                return 1.0 / f64::from(1 + id.number().abs_diff(number));
            }
            let words = id.slug().split('-').map(|word| strsim::jaro_winkler(wanted, word) * 0.95);
            words.fold(strsim::jaro_winkler(wanted, id.slug()).max(strsim::jaro_winkler(wanted, id.as_str())), f64::max)
        };
        let mut ranked: Vec<_> = self.ids.iter().map(|id| (likeness(id), id)).collect();
        ranked.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let enough = if number.is_some() { 0.2 } else { 0.7 };
        ranked.into_iter().take(3).filter(|(likeness, _)| *likeness >= enough).map(|(_, id)| id.clone()).collect()
    }
}

/// No exercise has the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// What was asked for.
    pub name: String,
    /// The exercises whose names are closest, the closest first.
    pub nearest: Vec<Id>,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no exercise `{}`", self.name)?;
        match self.nearest.as_slice() {
            [] => f.write_str("; `cargo xtask list` shows them all"),
            [one] => write!(f, "; did you mean {one}?"),
            [others @ .., last] => {
                let others: Vec<_> = others.iter().map(Id::as_str).collect();
                write!(f, "; did you mean {} or {last}?", others.join(", "))
            }
        }
    }
}

impl std::error::Error for Unknown {}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> Catalogue {
        let names = ["01-lost-update", "02-double-spend", "03-deadlock", "19-relaxed-publish", "30-blocked-reactor"];
        Catalogue { root: PathBuf::new(), ids: names.iter().map(|name| name.parse().unwrap()).collect() }
    }

    #[test]
    fn an_exercise_is_found_by_id_number_slug_or_path() {
        let catalogue = catalogue();
        for name in ["03-deadlock", "3", "03", "003", "deadlock", "Deadlock", "exercises/03-deadlock/"] {
            assert_eq!(catalogue.find(name).unwrap().as_str(), "03-deadlock", "{name}");
        }
        assert_eq!(catalogue.find("lost_update").unwrap().as_str(), "01-lost-update");
    }

    #[test]
    fn an_unknown_name_brings_up_the_nearest_ones() {
        let catalogue = catalogue();
        let refusal = |name: &str| catalogue.find(name).unwrap_err().to_string();
        insta::assert_snapshot!(refusal("dedlock"), @"there is no exercise `dedlock`; did you mean 03-deadlock?");
        insta::assert_snapshot!(refusal("publish"), @"there is no exercise `publish`; did you mean 19-relaxed-publish?");
        insta::assert_snapshot!(refusal("4"), @"there is no exercise `4`; did you mean 03-deadlock, 02-double-spend or 01-lost-update?");
        insta::assert_snapshot!(refusal("zzz"), @"there is no exercise `zzz`; `cargo xtask list` shows them all");
    }
}
