//! The fixes that an exercise's solution comes with: right ones, and tempting wrong ones.

use std::path::{Path, PathBuf};

use kata_trace::{DeadlockKind, Verdict};

use crate::{Error, Exercise};

/// A fix of the corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// Relative to the repository's root.
    pub path: PathBuf,
    /// Whether it mends the program.
    pub kind: FixKind,
}

/// Whether a fix mends the program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixKind {
    /// The one that the solution explains first.
    Reference,
    /// Another one that works.
    Right {
        /// What it does.
        idea: String,
        /// What it costs.
        trade_off: String,
    },
    /// One that tempts and does not work.
    Wrong {
        /// The verdict that it must get.
        declared: Declared,
        /// Why people try it.
        why: String,
    },
}

/// The verdict that a program must get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its name.
    pub verdict: Verdict,
    /// The kind of a deadlock, where it matters.
    pub kind: Option<DeadlockKind>,
    /// The scenario that must show it; a file that is refused before anything runs has none.
    pub scenario: Option<String>,
}

/// The fixes of an exercise: the reference, the right ones, the wrong ones, each group by name.
///
/// # Errors
/// A folder cannot be read, or a file's first lines do not say what they must.
pub fn fixes(root: &Path, exercise: &Exercise) -> Result<Vec<Fix>, Error> {
    let folder = exercise.solutions();
    let mut fixes = Vec::new();
    let reference = folder.join("lib.rs");
    if root.join(&reference).is_file() {
        fixes.push(Fix { path: reference, kind: FixKind::Reference });
    }
    for path in rust_files(root, &folder.join("right"))? {
        let header = Header::read(&root.join(&path))?;
        let kind = FixKind::Right { idea: header.needed("idea")?, trade_off: header.needed("trade-off")? };
        fixes.push(Fix { path, kind });
    }
    for path in rust_files(root, &folder.join("wrong"))? {
        let header = Header::read(&root.join(&path))?;
        let declared = Declared {
            verdict: header.parsed("verdict")?.ok_or_else(|| header.missing("verdict"))?,
            kind: header.parsed("kind")?,
            scenario: header.value("scenario"),
        };
        let before_running = matches!(declared.verdict, Verdict::CompileError | Verdict::RejectedSource);
        if declared.scenario.is_none() && !before_running {
            return Err(header.missing("scenario"));
        }
        if declared.verdict == Verdict::Passed {
            return Err(Error::new(&header.path, "a wrong fix cannot be declared `passed`"));
        }
        fixes.push(Fix { path, kind: FixKind::Wrong { declared, why: header.needed("why")? } });
    }
    Ok(fixes)
}

fn rust_files(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let full = root.join(folder);
    if !full.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&full).map_err(|error| Error::new(&full, error))? {
        let name = PathBuf::from(entry.map_err(|error| Error::new(&full, error))?.file_name());
        if name.extension().is_some_and(|extension| extension == "rs") {
            files.push(folder.join(name));
        }
    }
    files.sort();
    Ok(files)
}

const KEYS: [&str; 6] = ["verdict", "kind", "scenario", "why", "idea", "trade-off"];

/// The `//! key: value` lines that a file starts with. A line without one of the keys goes on with
/// the value before it.
struct Header {
    path: PathBuf,
    entries: Vec<(String, String)>,
}

impl Header {
    fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::new(path, error))?;
        Ok(Header::parse(path, &text))
    }

    fn parse(path: &Path, text: &str) -> Self {
        let mut entries: Vec<(String, String)> = Vec::new();
        for line in text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim) {
            match line.split_once(':') {
                Some((key, value)) if KEYS.contains(&key) => entries.push((key.to_owned(), value.trim().to_owned())),
                _ if line.is_empty() => break,
                _ => {
                    if let Some((_, value)) = entries.last_mut() {
                        value.push(' ');
                        value.push_str(line);
                    }
                }
            }
        }
        Header { path: path.to_owned(), entries }
    }

    fn value(&self, key: &str) -> Option<String> {
        self.entries.iter().find(|(k, _)| k == key).map(|(_, value)| value.clone())
    }

    fn needed(&self, key: &str) -> Result<String, Error> {
        self.value(key).filter(|value| !value.is_empty()).ok_or_else(|| self.missing(key))
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, key: &str) -> Result<Option<T>, Error> {
        let parse = |value: String| value.parse().map_err(|error| Error::new(&self.path, format!("{key}: {error}")));
        self.value(key).map(parse).transpose()
    }

    fn missing(&self, key: &str) -> Error {
        Error::new(&self.path, format!("the first lines lack `//! {key}: …`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_goes_on_over_the_lines_below_it() {
        let text = "//! verdict: not-concurrent\n//! scenario: disjoint\n//! why: one lock\n//! for all: it cannot deadlock.\n//!\n//! idea: x\nfn f() {}\n";
        let header = Header::parse(Path::new("x.rs"), text);
        assert_eq!(header.parsed::<Verdict>("verdict").unwrap(), Some(Verdict::NotConcurrent));
        assert_eq!(header.value("why").as_deref(), Some("one lock for all: it cannot deadlock."));
        assert_eq!(header.value("idea"), None);
    }

    #[test]
    fn a_file_that_does_not_say_its_verdict_is_refused() {
        let header = Header::parse(Path::new("wrong/x.rs"), "//! verdict: nonsense\n");
        insta::assert_snapshot!(header.missing("why"), @"wrong/x.rs: the first lines lack `//! why: …`");
        insta::assert_snapshot!(header.parsed::<Verdict>("verdict").unwrap_err(), @"wrong/x.rs: verdict: unknown variant `nonsense`, expected one of `passed`, `compile-error`, `rejected-source`, `assertion-failed`, `data-race`, `deadlock`, `livelock`, `leak`, `blocked-executor`, `guard-across-await`, `not-concurrent`, `oversubscribed`, `panicked`, `timed-out`, `out-of-memory`, `output-flood`, `crashed`, `no-verdict`, `tampered`, `internal-error`");
    }
}
