//! `progress.toml`.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Id};
use time::{Date, OffsetDateTime};
use toml_edit::{DocumentMut, Item, Table, value};

use crate::attempts::attempts;
use crate::merge::mend;
use crate::replace::replace;

const HEADING: &str = "# What you have done, kept by `cargo xtask`. Commit this file if you like.\n\n";

/// The tables of the file, of which each has a table for every exercise that it knows.
const TABLES: [&str; 3] = ["solved", "seen", "broke"];

/// What the learner has done.
#[derive(Debug)]
pub struct Progress {
    path: PathBuf,
    document: DocumentMut,
    /// Why the file could not be used, if it could not.
    corrupt: Option<String>,
}

/// A solved exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solved {
    /// The day, in universal time, as `2026-01-31`.
    pub date: String,
    /// Different versions of the file that were checked, the right one included.
    pub attempts: i64,
    /// Stages of hints that were read before.
    pub hints: i64,
    /// The solution was read before.
    pub saw_solution: bool,
}

/// What the learner has looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Stages of hints.
    pub hints: i64,
    /// The solution, before the exercise was solved.
    pub solution: bool,
}

/// A file that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetAside {
    /// Where it is now.
    pub path: PathBuf,
    /// Why it could not be used.
    pub reason: String,
}

impl Progress {
    /// Reads the file. One that cannot be used counts as empty, and is set aside before the next is written.
    ///
    /// # Errors
    /// There is a file, and it cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let path = root.join("progress.toml");
        let text = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        Ok(Progress { path, ..Progress::of_text(text) })
    }

    /// What a file says that lies elsewhere. One that cannot be used counts as empty.
    pub fn of_text(text: Vec<u8>) -> Self {
        let (document, corrupt) = match parse(text) {
            Ok(document) => (document, None),
            Err(reason) => (DocumentMut::new(), Some(reason)),
        };
        Progress { path: PathBuf::new(), document, corrupt }
    }

    /// When and how an exercise was solved.
    pub fn solved(&self, id: &Id) -> Option<Solved> {
        let entry = self.entry("solved", id)?;
        let date = entry.get("date").and_then(Item::as_datetime).map(ToString::to_string);
        let number = |key| entry.get(key).and_then(Item::as_integer);
        Some(Solved {
            date: date.unwrap_or_default(),
            attempts: number("attempts").unwrap_or(1),
            hints: number("hints").unwrap_or(0),
            saw_solution: entry.get("saw-solution").and_then(Item::as_bool).unwrap_or(false),
        })
    }

    /// What was looked at for an exercise.
    pub fn seen(&self, id: &Id) -> Seen {
        let Some(entry) = self.entry("seen", id) else { return Seen::default() };
        Seen {
            hints: entry.get("hints").and_then(Item::as_integer).unwrap_or(0),
            solution: entry.get("solution").and_then(Item::as_bool).unwrap_or(false),
        }
    }

    /// Whether the learner has broken the program by hand, as its scheduler.
    pub fn broke(&self, id: &Id) -> bool {
        self.entry("broke", id).is_some()
    }

    /// The exercise to go on with.
    pub fn first_unsolved<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Id> {
        catalogue.ids().iter().find(|id| self.solved(id).is_none())
    }

    /// Why the file cannot be used, for the reader of a command that only reads it.
    pub fn complaint(&self) -> Option<String> {
        let reason = self.corrupt.as_ref()?;
        Some(format!("{} cannot be used, and counts as empty: {}", self.path.display(), reason.trim_end()))
    }

    /// Enters a solved exercise with its attempts and what was looked at before, unless it is there already.
    pub fn solve(&mut self, scratch: &Path, id: &Id) {
        if self.solved(id).is_some() {
            return;
        }
        let (attempts, seen) = (attempts(scratch, id) + 1, self.seen(id));
        self.set("solved", id, "date", today());
        self.set("solved", id, "attempts", attempts);
        if seen.hints > 0 {
            self.set("solved", id, "hints", seen.hints);
        }
        if seen.solution {
            self.set("solved", id, "saw-solution", true);
        }
    }

    /// Enters that this many stages of hints were read.
    pub fn see_hints(&mut self, id: &Id, stages: i64) {
        self.set("seen", id, "hints", stages.max(self.seen(id).hints));
    }

    /// Enters that the solution was read.
    pub fn see_solution(&mut self, id: &Id) {
        self.set("seen", id, "solution", true);
    }

    /// Enters that the learner has broken the program by hand.
    pub fn break_it(&mut self, id: &Id) {
        if !self.broke(id) {
            self.set("broke", id, "date", today());
        }
    }

    fn entry(&self, table: &str, id: &Id) -> Option<&Item> {
        self.document.get(table)?.get(id.as_str())
    }

    fn set(&mut self, table: &str, id: &Id, key: &str, what: impl Into<toml_edit::Value>) {
        if self.document.is_empty() {
            self.document.decor_mut().set_prefix(HEADING);
        }
        let all = self.document.entry(table).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        if let Some(all) = all.as_table_like_mut() {
            all.entry(id.as_str()).or_insert_with(|| Item::Table(Table::new()))[key] = value(what);
        }
    }

    fn write(&self) -> anyhow::Result<Option<SetAside>> {
        let set_aside = match &self.corrupt {
            Some(reason) => Some(SetAside { path: set_aside(&self.path)?, reason: reason.trim_end().to_owned() }),
            None => None,
        };
        replace(&self.path, self.document.to_string().as_bytes())?;
        Ok(set_aside)
    }
}

/// Changes the file, in one step and one process at a time. `rebuild` enters what is known from elsewhere when the
/// file could not be used; it is then returned where that one is now.
///
/// # Errors
/// The file cannot be read or written.
pub fn update(
    root: &Path,
    scratch: &Path,
    rebuild: impl FnOnce(&mut Progress),
    change: impl FnOnce(&mut Progress),
) -> anyhow::Result<Option<SetAside>> {
    let _lock = lock(scratch)?;
    let mut progress = Progress::read(root)?;
    let before = progress.document.to_string();
    if progress.corrupt.is_some() {
        rebuild(&mut progress);
    }
    change(&mut progress);
    if progress.document.to_string() == before {
        return Ok(None);
    }
    progress.write()
}

/// Two commands that end at the same time take turns.
pub(crate) fn lock(scratch: &Path) -> anyhow::Result<File> {
    let path = scratch.join("progress.lock");
    let take = || {
        std::fs::create_dir_all(scratch)?;
        let file = File::create(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    take().with_context(|| format!("cannot lock {}", path.display()))
}

fn parse(bytes: Vec<u8>) -> Result<DocumentMut, String> {
    let text = String::from_utf8(bytes).map_err(|error| error.to_string())?;
    let document: DocumentMut =
        text.parse().or_else(|error: toml_edit::TomlError| mend(&text).ok_or_else(|| error.to_string()))?;
    let is_table = |name: &&str| document.get(name).is_none_or(Item::is_table_like);
    match TABLES.iter().find(|name| !is_table(name)) {
        Some(name) => Err(format!("`{name}` is not a table")),
        None => Ok(document),
    }
}

fn set_aside(path: &Path) -> anyhow::Result<PathBuf> {
    let free = (1..).map(|number| path.with_file_name(format!("progress.broken-{number}.toml")));
    let aside = free.into_iter().find(|aside| !aside.exists()).context("there is always a next number")?;
    std::fs::rename(path, &aside).with_context(|| format!("cannot set {} aside", path.display()))?;
    Ok(aside)
}

fn today() -> toml_edit::Datetime {
    let date: Date = OffsetDateTime::now_utc().date();
    date.to_string().parse().expect("a date is a date")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{count_attempt, forget_attempts};

    fn id(name: &str) -> Id {
        name.parse().unwrap()
    }

    fn text(root: &Path) -> String {
        let text = std::fs::read_to_string(root.join("progress.toml")).unwrap();
        text.replace(&today().to_string(), "TODAY")
    }

    fn solve(root: &Path, scratch: &Path, name: &str) -> Option<SetAside> {
        let written = update(root, scratch, |_| {}, |progress| progress.solve(scratch, &id(name))).unwrap();
        forget_attempts(scratch, &id(name)).unwrap();
        written
    }

    #[test]
    fn a_solved_exercise_is_entered_once_with_its_attempts_and_what_was_looked_at() {
        let root = tempfile::tempdir().unwrap();
        let scratch = root.path().join("scratch");
        count_attempt(&scratch, &id("03-deadlock")).unwrap();
        count_attempt(&scratch, &id("03-deadlock")).unwrap();
        let look = |progress: &mut Progress| {
            progress.see_hints(&id("03-deadlock"), 2);
            progress.see_hints(&id("03-deadlock"), 1);
            progress.break_it(&id("01-lost-update"));
        };
        update(root.path(), &scratch, |_| {}, look).unwrap();
        solve(root.path(), &scratch, "03-deadlock");
        solve(root.path(), &scratch, "01-lost-update");
        update(root.path(), &scratch, |_| {}, |progress| progress.see_solution(&id("03-deadlock"))).unwrap();
        let written = text(root.path());
        solve(root.path(), &scratch, "03-deadlock");
        assert_eq!(text(root.path()), written);
        insta::assert_snapshot!(written, @"
        # What you have done, kept by `cargo xtask`. Commit this file if you like.

        [seen.03-deadlock]
        hints = 2
        solution = true

        [broke.01-lost-update]
        date = TODAY

        [solved.03-deadlock]
        date = TODAY
        attempts = 3
        hints = 2

        [solved.01-lost-update]
        date = TODAY
        attempts = 1
        ");
    }

    #[test]
    fn what_this_version_does_not_know_survives() {
        let root = tempfile::tempdir().unwrap();
        let before =
            "# mine\nfuture = 1\n\n[solved.02-double-spend]\ndate = 2026-01-31\nattempts = 4\nnote = \"hard\" # yes\n";
        std::fs::write(root.path().join("progress.toml"), before).unwrap();
        solve(root.path(), root.path(), "03-deadlock");
        assert!(text(root.path()).starts_with(before), "{}", text(root.path()));
        let progress = Progress::read(root.path()).unwrap();
        let solved = Solved { date: "2026-01-31".to_owned(), attempts: 4, hints: 0, saw_solution: false };
        assert_eq!(progress.solved(&id("02-double-spend")), Some(solved));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_set_aside_and_rebuilt() {
        let root = tempfile::tempdir().unwrap();
        for (number, broken) in ["[solved", "solved = 3", "\u{0}"].into_iter().enumerate() {
            std::fs::write(root.path().join("progress.toml"), broken).unwrap();
            assert!(Progress::read(root.path()).unwrap().complaint().is_some());
            let rebuild = |progress: &mut Progress| progress.solve(root.path(), &id("02-double-spend"));
            let change = |progress: &mut Progress| progress.solve(root.path(), &id("03-deadlock"));
            let written = update(root.path(), root.path(), rebuild, change).unwrap();
            let aside = written.unwrap().path;
            assert!(aside.ends_with(format!("progress.broken-{}.toml", number + 1)), "{}", aside.display());
            assert_eq!(std::fs::read_to_string(aside).unwrap(), broken);
            let progress = Progress::read(root.path()).unwrap();
            assert!(progress.solved(&id("03-deadlock")).is_some() && progress.solved(&id("02-double-spend")).is_some());
        }
    }

    #[test]
    fn a_merge_conflict_is_read_as_what_both_sides_say_and_written_without_it() {
        let root = tempfile::tempdir().unwrap();
        let entry = |name: &str| format!("[solved.{name}]\ndate = 2026-01-31\nattempts = 1\n");
        let (ours, theirs) = (entry("03-deadlock"), entry("01-lost-update"));
        let conflict = format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n");
        std::fs::write(root.path().join("progress.toml"), conflict).unwrap();
        assert_eq!(Progress::read(root.path()).unwrap().complaint(), None);
        assert_eq!(solve(root.path(), root.path(), "02-double-spend"), None);
        insta::assert_snapshot!(text(root.path()), @"
        [solved.03-deadlock]
        date = 2026-01-31
        attempts = 1
        [solved.01-lost-update]
        date = 2026-01-31
        attempts = 1

        [solved.02-double-spend]
        date = TODAY
        attempts = 1
        ");
    }
}
