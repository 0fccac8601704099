//! What the learner has solved: `progress.toml` in the repository's root.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use exercise::{Catalogue, Id};
use time::{Date, OffsetDateTime};
use toml_edit::{DocumentMut, Item, Table, value};

const HEADING: &str = "# Solved exercises, kept by `cargo xtask check`. Commit this file if you like.\n\n";

/// The table of the exercises whose programs were broken by hand, with the days.
const BROKE_IT: &str = "broke_it";

/// The solved exercises.
#[derive(Debug)]
pub(crate) struct Progress {
    path: PathBuf,
    document: DocumentMut,
    /// Why the file could not be used, if it could not.
    corrupt: Option<String>,
}

/// One solved exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Solved {
    /// The day, in universal time, as `2026-01-31`.
    pub(crate) date: String,
    /// Different versions of the file that were checked, the right one included.
    pub(crate) attempts: i64,
}

/// How far somebody is with one exercise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Standing<'a> {
    pub(crate) id: &'a Id,
    pub(crate) solved: Option<Solved>,
    /// See [`Progress::broke_it`].
    pub(crate) broke_it: Option<String>,
}

impl Progress {
    /// Reads the file. One that cannot be used counts as empty, and is set aside before the next is written.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let path = root.join("progress.toml");
        let text = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let (document, corrupt) = match parse(text) {
            Ok(document) => (document, None),
            Err(reason) => (DocumentMut::new(), Some(reason)),
        };
        Ok(Progress { path, document, corrupt })
    }

    /// When and how an exercise was solved.
    pub(crate) fn solved(&self, id: &Id) -> Option<Solved> {
        let entry = self.document.get("solved")?.get(id.as_str())?;
        let date = entry.get("date").and_then(Item::as_datetime).map(ToString::to_string);
        let attempts = entry.get("attempts").and_then(Item::as_integer);
        Some(Solved { date: date.unwrap_or_default(), attempts: attempts.unwrap_or(1) })
    }

    /// The day on which the learner broke an exercise's program by hand, as `2026-01-31`.
    pub(crate) fn broke_it(&self, id: &Id) -> Option<String> {
        Some(self.document.get(BROKE_IT)?.get(id.as_str())?.as_datetime()?.to_string())
    }

    /// How far somebody is with an exercise.
    pub(crate) fn standing<'a>(&self, id: &'a Id) -> Standing<'a> {
        Standing { id, solved: self.solved(id), broke_it: self.broke_it(id) }
    }

    /// The exercise to go on with.
    pub(crate) fn first_unsolved<'a>(&self, catalogue: &'a Catalogue) -> Option<&'a Id> {
        catalogue.ids().iter().find(|id| self.solved(id).is_none())
    }

    /// Why the file cannot be used, for the reader of a command that only reads it.
    pub(crate) fn complaint(&self) -> Option<String> {
        let reason = self.corrupt.as_ref()?;
        Some(format!("{} cannot be used, and counts as empty: {}", self.path.display(), reason.trim_end()))
    }

    fn begin(&mut self) {
        if self.document.is_empty() {
            self.document.decor_mut().set_prefix(HEADING);
        }
    }

    fn add_broken(&mut self, id: &Id, date: &str) {
        self.begin();
        let all = self.document.entry(BROKE_IT).or_insert_with(|| Item::Table(Table::new()));
        if let Some(all) = all.as_table_like_mut() {
            all.insert(id.as_str(), day(date));
        }
    }

    fn add(&mut self, id: &Id, solved: &Solved) {
        self.begin();
        let all = self.document.entry("solved").or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        if let Some(all) = all.as_table_like_mut() {
            let entry = all.entry(id.as_str()).or_insert_with(|| Item::Table(Table::new()));
            entry["date"] = day(&solved.date);
            entry["attempts"] = value(solved.attempts);
        }
    }

    /// Writes it, and says so if the file before was set aside.
    fn keep(&self) -> anyhow::Result<()> {
        let written = self.write().with_context(|| format!("cannot write {}", self.path.display()))?;
        if let Some(aside) = written {
            let reason = self.corrupt.as_deref().unwrap_or_default().trim_end();
            anstream::eprintln!("progress.toml could not be used and is now {}: {reason}", aside.display());
        }
        Ok(())
    }

    fn write(&self) -> anyhow::Result<Option<PathBuf>> {
        let aside = if self.corrupt.is_some() { Some(set_aside(&self.path)?) } else { None };
        let folder = self.path.parent().context("the repository has a root")?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(self.document.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let usual = std::fs::metadata(&self.path).map_or(0o644, |meta| meta.permissions().mode() & 0o777);
            file.as_file().set_permissions(std::fs::Permissions::from_mode(usual))?;
        }
        file.persist(&self.path)?;
        Ok(aside)
    }
}

/// Enters a solved exercise, unless it is there already. `scratch` is where the attempts are counted until then.
pub(crate) fn record(root: &Path, scratch: &Path, id: &Id) -> anyhow::Result<()> {
    let _lock = lock(scratch)?;
    let mut progress = Progress::read(root)?;
    if progress.solved(id).is_none() {
        let attempts = attempts(scratch, id) + 1;
        progress.add(id, &Solved { date: today().to_string(), attempts });
        progress.keep()?;
    }
    let count = attempts_file(scratch, id);
    match std::fs::remove_file(&count) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", count.display()))
        }
        _ => Ok(()),
    }
}

/// Enters an exercise whose program the learner broke by hand, unless it is there already.
pub(crate) fn record_broken(root: &Path, scratch: &Path, id: &Id) -> anyhow::Result<()> {
    let _lock = lock(scratch)?;
    let mut progress = Progress::read(root)?;
    if progress.broke_it(id).is_some() {
        return Ok(());
    }
    progress.add_broken(id, &today().to_string());
    progress.keep()
}

/// Counts a version of the file that was wrong.
pub(crate) fn count_attempt(scratch: &Path, id: &Id) -> anyhow::Result<()> {
    let _lock = lock(scratch)?;
    let count = attempts_file(scratch, id);
    let text = (attempts(scratch, id) + 1).to_string();
    std::fs::write(&count, text).with_context(|| format!("cannot write {}", count.display()))
}

fn attempts(scratch: &Path, id: &Id) -> i64 {
    let text = std::fs::read_to_string(attempts_file(scratch, id)).unwrap_or_default();
    text.trim().parse().unwrap_or(0)
}

fn attempts_file(scratch: &Path, id: &Id) -> PathBuf {
    scratch.join(format!("attempts-{id}"))
}

/// Two checks that end at the same time take turns.
fn lock(scratch: &Path) -> anyhow::Result<File> {
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
    let document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let is_table = |name| document.get(name).is_none_or(Item::is_table_like);
    match ["solved", BROKE_IT].into_iter().find(|name| !is_table(name)) {
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

fn day(date: &str) -> Item {
    date.parse::<toml_edit::Datetime>().map_or_else(|_| value(date), value)
}

fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> Id {
        name.parse().unwrap()
    }

    fn text(root: &Path) -> String {
        let text = std::fs::read_to_string(root.join("progress.toml")).unwrap();
        text.replace(&today().to_string(), "TODAY")
    }

    #[test]
    fn a_solved_exercise_is_entered_once_with_its_attempts() {
        let root = tempfile::tempdir().unwrap();
        let scratch = root.path().join("scratch");
        count_attempt(&scratch, &id("03-deadlock")).unwrap();
        count_attempt(&scratch, &id("03-deadlock")).unwrap();
        record(root.path(), &scratch, &id("03-deadlock")).unwrap();
        record(root.path(), &scratch, &id("01-lost-update")).unwrap();
        let written = text(root.path());
        record(root.path(), &scratch, &id("03-deadlock")).unwrap();
        assert_eq!(text(root.path()), written);
        insta::assert_snapshot!(written, @"
        # Solved exercises, kept by `cargo xtask check`. Commit this file if you like.

        [solved.03-deadlock]
        date = TODAY
        attempts = 3

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
        record(root.path(), root.path(), &id("03-deadlock")).unwrap();
        assert!(text(root.path()).starts_with(before), "{}", text(root.path()));
        let progress = Progress::read(root.path()).unwrap();
        let solved = Solved { date: "2026-01-31".to_owned(), attempts: 4 };
        assert_eq!(progress.solved(&id("02-double-spend")), Some(solved));
    }

    #[test]
    fn a_program_that_was_broken_by_hand_is_entered_once_and_solves_nothing() {
        let root = tempfile::tempdir().unwrap();
        record_broken(root.path(), root.path(), &id("03-deadlock")).unwrap();
        let written = text(root.path());
        insta::assert_snapshot!(written, @"
        # Solved exercises, kept by `cargo xtask check`. Commit this file if you like.

        [broke_it]
        03-deadlock = TODAY
        ");
        record_broken(root.path(), root.path(), &id("03-deadlock")).unwrap();
        assert_eq!(text(root.path()), written);
        let progress = Progress::read(root.path()).unwrap();
        assert_eq!(progress.solved(&id("03-deadlock")), None);
        assert_eq!(progress.broke_it(&id("03-deadlock")), Some(today().to_string()));
        record(root.path(), root.path(), &id("03-deadlock")).unwrap();
        assert!(text(root.path()).starts_with(&written), "{}", text(root.path()));
    }

    #[test]
    fn a_file_that_cannot_be_used_is_set_aside() {
        let root = tempfile::tempdir().unwrap();
        for (number, broken) in ["[solved", "solved = 3", "broke_it = 3", "\u{0}"].into_iter().enumerate() {
            std::fs::write(root.path().join("progress.toml"), broken).unwrap();
            assert!(Progress::read(root.path()).unwrap().complaint().is_some());
            record(root.path(), root.path(), &id("03-deadlock")).unwrap();
            let aside = root.path().join(format!("progress.broken-{}.toml", number + 1));
            assert_eq!(std::fs::read_to_string(aside).unwrap(), broken);
            assert!(Progress::read(root.path()).unwrap().solved(&id("03-deadlock")).is_some());
        }
    }
}
