//! What is to be judged: each text once, however many handed it in.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::str::FromStr;

use anyhow::Context as _;
use exercise::Catalogue;
use serde::{Deserialize, Serialize};

use crate::SCHEMA;
use crate::class::Class;
use crate::harness::{Digest, of_exercise};
use crate::judging::Judging;

/// The work of a grading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this form.
    pub schema: u32,
    /// Stands for what everything is judged with.
    pub harness: String,
    /// The sandbox that it is judged in.
    pub sandbox: String,
    /// Into how many parts it is cut.
    pub shards: u32,
    /// There are private scenarios.
    pub overlay: bool,
    /// By exercise and text. The unit at an index belongs to the shard of the index, counted round.
    pub units: Vec<Unit>,
}

/// One text for one exercise.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unit {
    /// The exercise's id.
    pub exercise: String,
    /// Stands for the text.
    pub text: String,
    /// Stands for all that the verdict depends on. The result is kept under this name.
    pub key: String,
}

impl Plan {
    /// Plans the work on what a class handed in.
    ///
    /// # Errors
    /// An exercise cannot be read.
    pub fn new(
        class: &Class,
        root: &Path,
        catalogue: &Catalogue,
        judging: &Judging,
        overlay: Option<&Path>,
        shards: u32,
    ) -> anyhow::Result<Self> {
        let mut units = BTreeSet::new();
        for task in &class.assignment.tasks {
            let exercise = catalogue.exercise(catalogue.find(&task.id)?)?;
            let with = of_exercise(root, &exercise, overlay)?;
            for handed in class.students.iter().filter_map(|student| student.files.get(&task.id)) {
                let mut digest = Digest::default();
                for part in [judging.harness.as_str(), judging.sandbox(), &task.id, &with, &handed.text] {
                    digest.part(part.as_bytes());
                }
                units.insert(Unit { exercise: task.id.clone(), text: handed.text.clone(), key: digest.finish() });
            }
        }
        Ok(Plan {
            schema: SCHEMA,
            harness: judging.harness.clone(),
            sandbox: judging.sandbox().to_owned(),
            shards: shards.max(1),
            overlay: overlay.is_some(),
            units: units.into_iter().collect(),
        })
    }

    /// The units of a shard.
    pub fn shard(&self, shard: Shard) -> impl Iterator<Item = &Unit> {
        let skipped = usize::try_from(shard.number - 1).unwrap_or(usize::MAX);
        let step = usize::try_from(shard.of).unwrap_or(usize::MAX).max(1);
        self.units.iter().skip(skipped).step_by(step)
    }

    /// The shard that a unit belongs to.
    pub fn shard_of(&self, unit: &Unit) -> Shard {
        let index = self.units.iter().position(|other| other == unit).unwrap_or_default();
        let number = index % usize::try_from(self.shards).unwrap_or(1).max(1);
        Shard { number: u32::try_from(number).unwrap_or(0) + 1, of: self.shards }
    }

    /// The unit of a text.
    pub fn unit(&self, exercise: &str, text: &str) -> Option<&Unit> {
        let key = |unit: &Unit| (unit.exercise.clone(), unit.text.clone());
        let wanted = (exercise.to_owned(), text.to_owned());
        self.units.binary_search_by_key(&wanted, key).ok().map(|index| &self.units[index])
    }
}

/// A part of the work: `2/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// From 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Shard = Shard { number: 1, of: 1 };
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let (number, of) = text.split_once('/').context("a shard is written as 2/8")?;
        let shard = Shard { number: number.trim().parse()?, of: of.trim().parse()? };
        let counts = (1..=shard.of).contains(&shard.number);
        anyhow::ensure!(counts, "shards are counted from 1: 1/{0} to {0}/{0}", shard.of.max(1));
        Ok(shard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_belongs_to_one_shard() {
        let unit = |number: usize| Unit {
            exercise: "03-deadlock".to_owned(),
            text: format!("{number:02}"),
            key: String::new(),
        };
        let units: Vec<_> = (0..10).map(unit).collect();
        let (harness, sandbox) = (String::new(), String::new());
        let plan = Plan { schema: SCHEMA, harness, sandbox, shards: 3, overlay: false, units };
        let mut seen = Vec::new();
        for number in 1..=3 {
            let shard = Shard { number, of: 3 };
            for unit in plan.shard(shard) {
                assert_eq!(plan.shard_of(unit), shard);
                seen.push(unit.clone());
            }
        }
        seen.sort();
        assert_eq!(seen, plan.units);
        assert_eq!(plan.unit("03-deadlock", "07"), Some(&plan.units[7]));
        for text in ["0/3", "4/3", "1", "a/b", "1/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
