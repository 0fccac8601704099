//! What became of a file that was not taken.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Of each sort of remark so many are kept for one student; the others are counted.
const KEPT: usize = 40;

/// A remark on something that was handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Which sort of remark.
    pub what: What,
    /// What it is about, as it is shown: escaped where it is not UTF-8. Empty if it is about everything.
    pub path: String,
    /// One phrase.
    pub reason: String,
}

/// A sort of remark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Nobody asked for it.
    Ignored,
    /// It was asked for, and cannot be used; or it looks like an attack.
    Refused,
    /// Another one of the same exercise was taken.
    Duplicate,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            What::Ignored => "ignored",
            What::Refused => "refused",
            What::Duplicate => "duplicate",
        })
    }
}

/// Remarks, not more than somebody reads.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    kept: Vec<Note>,
    dropped: BTreeMap<What, usize>,
}

impl Notes {
    pub(crate) fn add(&mut self, what: What, path: impl Into<String>, reason: impl Into<String>) {
        if self.kept.iter().filter(|note| note.what == what).count() >= KEPT {
            *self.dropped.entry(what).or_default() += 1;
            return;
        }
        self.kept.push(Note { what, path: path.into(), reason: reason.into() });
    }

    /// Those that were kept, and one for each sort of which some were not.
    pub(crate) fn finish(self) -> Vec<Note> {
        let more = self.dropped.into_iter();
        let more = more.map(|(what, count)| Note { what, path: String::new(), reason: format!("and {count} more") });
        self.kept.into_iter().chain(more).collect()
    }
}
