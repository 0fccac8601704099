//! What executions come to, and what is thought of it: the idea of OpenJDK's jcstress, whose tests list the results that
//! they accept, find interesting, and forbid.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What is thought of an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// It is as it should be.
    Acceptable,
    /// It is allowed, and worth knowing of.
    Interesting,
    /// It must not happen.
    Forbidden,
}

impl Grade {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Grade::Acceptable => "acceptable",
            Grade::Interesting => "interesting",
            Grade::Forbidden => "forbidden",
        }
    }
}

/// The grades of a scenario's outcomes. Where any are listed, those that are not are forbidden.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grades {
    /// See [`Grade::Acceptable`].
    pub acceptable: BTreeSet<String>,
    /// See [`Grade::Interesting`].
    pub interesting: BTreeSet<String>,
    /// See [`Grade::Forbidden`].
    pub forbidden: BTreeSet<String>,
}

impl Grades {
    /// The grade of an outcome. `None` if the scenario lists none at all.
    pub fn of(&self, outcome: &str) -> Option<Grade> {
        let lists = [&self.forbidden, &self.acceptable, &self.interesting];
        let [forbidden, acceptable, interesting] = lists.map(|list| list.contains(outcome));
        match () {
            () if forbidden => Some(Grade::Forbidden),
            () if acceptable => Some(Grade::Acceptable),
            () if interesting => Some(Grade::Interesting),
            () if lists.iter().all(|list| list.is_empty()) => None,
            () => Some(Grade::Forbidden),
        }
    }

    /// An outcome that has two grades.
    pub fn contradiction(&self) -> Option<&str> {
        let Grades { acceptable, interesting, forbidden } = self;
        let mut twice = (acceptable.intersection(interesting))
            .chain(acceptable.intersection(forbidden))
            .chain(interesting.intersection(forbidden));
        twice.next().map(String::as_str)
    }
}

/// What executions of a scenario came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// As the scenario says it.
    pub outcome: String,
    /// `None` if the scenario grades none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The executions that came to it, of those that were explored.
    pub executions: u64,
    /// The schedule of the first of them, for `replay`.
    pub schedule: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(acceptable: &[&str], interesting: &[&str], forbidden: &[&str]) -> Grades {
        let [acceptable, interesting, forbidden] =
            [acceptable, interesting, forbidden].map(|list| list.iter().map(|&outcome| outcome.to_owned()).collect());
        Grades { acceptable, interesting, forbidden }
    }

    #[test]
    fn where_some_outcomes_are_listed_the_others_are_forbidden() {
        let listed = grades(&["1"], &["2"], &["3"]);
        let of = |outcome| listed.of(outcome);
        assert_eq!(
            ["1", "2", "3", "4"].map(of),
            [Some(Grade::Acceptable), Some(Grade::Interesting), Some(Grade::Forbidden), Some(Grade::Forbidden)]
        );
        assert_eq!(Grades::default().of("1"), None);
    }

    #[test]
    fn an_outcome_has_one_grade() {
        assert_eq!(grades(&["1"], &["2"], &["3"]).contradiction(), None);
        assert_eq!(grades(&["1"], &["2"], &["2"]).contradiction(), Some("2"));
    }
}
