//! What a class has handed in.

use std::collections::BTreeMap;

use assignment::{Assignment, Lateness};
use serde::{Deserialize, Serialize};

use crate::note::Note;
use crate::roster::Person;

/// An assignment, and what everybody handed in for it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Class {
    /// The version of this form.
    pub schema: u32,
    /// What was asked for.
    pub assignment: Assignment,
    /// There is a roster.
    pub has_roster: bool,
    /// Everybody who is on the roster or handed in, by id.
    pub students: Vec<Student>,
    /// What lies among the submissions and is none.
    pub notes: Vec<Note>,
}

/// A student, and what was handed in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Student {
    /// Who it is.
    pub person: Person,
    /// The roster has the student; so does every one where there is no roster.
    pub on_roster: bool,
    /// Something was handed in, if only something that cannot be used.
    pub handed_in: bool,
    /// When, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<String>,
    /// How late that was.
    pub lateness: Lateness,
    /// What was taken, by exercise.
    pub files: BTreeMap<String, Handed>,
    /// What the student looked at, by exercise, as the `progress.toml` says that was handed in, too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub looked_at: BTreeMap<String, LookedAt>,
    /// What was not taken, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// A file that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// Stands for what it says.
    pub text: String,
    /// Where it was, as it is shown.
    pub path: String,
}

/// What a student looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedAt {
    /// Stages of hints.
    pub hints: u32,
    /// The solution.
    pub solution: bool,
}

impl Student {
    /// As a person reads it.
    pub fn title(&self) -> &str {
        if self.person.name.is_empty() { &self.person.id } else { &self.person.name }
    }
}
