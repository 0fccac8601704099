//! What the learner has met of the exercises, to tell what an update has changed since.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use exercise::Exercise;
use serde::{Deserialize, Serialize};

use crate::repository::Repository;

/// The exercises as they were at the last checks of the learner's own files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// All that there were at the last check.
    ids: BTreeSet<String>,
    /// Those that were checked.
    checked: BTreeMap<String, Parts>,
}

/// Digests of what an exercise is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Parts {
    contract: String,
    tests: String,
    starter: String,
}

impl Known {
    /// What is known. What cannot be read counts as nothing.
    pub(crate) fn read(repository: &Repository) -> Self {
        let text = std::fs::read(path(repository)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Enters an exercise that is checked.
    pub(crate) fn meet(repository: &Repository, exercise: &Exercise) -> anyhow::Result<()> {
        let before = Known::read(repository);
        let mut now = before.clone();
        now.ids = repository.catalogue.ids().iter().map(ToString::to_string).collect();
        now.checked.insert(exercise.id.to_string(), Parts::of(&repository.root, exercise));
        if now != before {
            judge::replace_file(&path(repository), &serde_json::to_vec_pretty(&now)?)?;
        }
        Ok(())
    }

    /// The exercises that there were not at the last check. Before the first check none is new.
    pub(crate) fn new_ones(&self, repository: &Repository) -> Vec<String> {
        let ids = repository.catalogue.ids().iter().map(ToString::to_string);
        if self.ids.is_empty() { Vec::new() } else { ids.filter(|id| !self.ids.contains(id)).collect() }
    }

    /// The exercises that have changed since they were checked, and what of them.
    pub(crate) fn changed_ones(&self, root: &Path, exercises: &[Exercise]) -> Vec<(String, Vec<&'static str>)> {
        let changed = |exercise: &Exercise| {
            let id = exercise.id.to_string();
            let (before, now) = (self.checked.get(&id)?, Parts::of(root, exercise));
            let parts = [
                ("the contract", before.contract != now.contract),
                ("the hidden tests", before.tests != now.tests),
                ("the starter", before.starter != now.starter),
            ];
            let parts: Vec<_> = parts.into_iter().filter(|(_, differs)| *differs).map(|(part, _)| part).collect();
            (!parts.is_empty()).then_some((id, parts))
        };
        exercises.iter().filter_map(changed).collect()
    }
}

impl Parts {
    fn of(root: &Path, exercise: &Exercise) -> Self {
        let digest = |paths: Vec<PathBuf>| {
            let mut hasher = blake3::Hasher::new();
            for path in paths {
                // A part that is not there is a part like others.
                hasher.update(&std::fs::read(root.join(path)).unwrap_or_default());
            }
            hasher.finalize().to_hex()[..16].to_owned()
        };
        let hidden = exercise.manifest.engines.iter().map(|&engine| exercise.hidden(engine));
        Parts {
            contract: digest(vec![exercise.directory().join("README.md")]),
            tests: digest(hidden.collect()),
            starter: digest(vec![exercise.starter()]),
        }
    }
}

fn path(repository: &Repository) -> PathBuf {
    repository.workspace().scratch().join("known.json")
}
