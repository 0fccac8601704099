//! How the submissions of a class lie in a folder: a folder or an archive for each student, or what learning platforms
//! make of a download.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::name::shown;
use crate::note::{Notes, What};

/// What belongs to one student.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pile {
    /// What the student may be called, the surest first. The first is the id where there is no roster.
    pub(crate) names: Vec<String>,
    /// As it is shown.
    pub(crate) name: String,
    /// Canvas says that it is late.
    pub(crate) late: bool,
    pub(crate) sources: Vec<Source>,
}

/// Where files are.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    Folder(PathBuf),
    /// A file, and the name that the student gave it.
    File(PathBuf, String),
    /// Something that is not opened, and why.
    Refused(String, &'static str),
}

/// Sorts what lies in a folder by student. `single` says that there is only one exercise.
pub(crate) fn piles(submissions: &Path, single: bool, notes: &mut Notes) -> anyhow::Result<Vec<Pile>> {
    let list = || std::fs::read_dir(submissions)?.collect::<Result<Vec<_>, _>>();
    let mut entries = list().with_context(|| format!("cannot list {}", submissions.display()))?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    let mut piles: BTreeMap<OsString, Pile> = BTreeMap::new();
    for entry in entries {
        let (raw, path) = (entry.file_name(), entry.path());
        let name = shown(&raw);
        let Ok(kind) = entry.file_type() else {
            notes.add(What::Refused, name, "it cannot be looked at");
            continue;
        };
        if name.starts_with('.') || name == "__MACOSX" {
            notes.add(What::Ignored, name, "hidden, or the folder of a tool");
        } else if kind.is_symlink() {
            let pile = of_name(&mut piles, &raw, without_zip(&name));
            pile.sources.push(Source::Refused(name, "it is a symbolic link, and none is followed"));
        } else if let Some(moodle) = Moodle::parse(&name) {
            let pile = piles.entry(format!("moodle {}", moodle.id).into()).or_default();
            pile.names = vec![moodle.id.to_owned(), moodle.name.to_owned()];
            pile.name = moodle.name.to_owned();
            match moodle.file {
                _ if kind.is_dir() => pile.sources.push(Source::Folder(path)),
                Some(file) if kind.is_file() => pile.sources.push(Source::File(path, file.to_owned())),
                _ => pile.sources.push(Source::Refused(name, "it is neither a file nor a folder")),
            }
        } else if kind.is_dir() {
            of_name(&mut piles, &raw, &name).sources.push(Source::Folder(path));
        } else if !kind.is_file() {
            notes.add(What::Refused, name, "it is not a file but a device, a pipe or a socket");
        } else if let Some(canvas) = Canvas::parse(&name) {
            let pile = piles.entry(format!("canvas {}", canvas.id).into()).or_default();
            pile.names = vec![canvas.id.to_owned(), canvas.name.to_owned()];
            pile.name = canvas.name.to_owned();
            pile.late |= canvas.late;
            pile.sources.push(Source::File(path, canvas.file.to_owned()));
        } else if without_zip(&name) != name {
            let raw = Path::new(&raw).file_stem().map_or(raw.clone(), OsString::from);
            of_name(&mut piles, &raw, without_zip(&name)).sources.push(Source::File(path, "submission.zip".to_owned()));
        } else if let Some(stem) = name.strip_suffix(".rs").filter(|_| single) {
            let raw = Path::new(&raw).file_stem().map_or(raw.clone(), OsString::from);
            of_name(&mut piles, &raw, stem).sources.push(Source::File(path, "lib.rs".to_owned()));
        } else {
            notes.add(What::Ignored, name, "neither a folder nor an archive of a student");
        }
    }
    Ok(piles.into_values().collect())
}

/// The pile of a student whom a folder or an archive is named after.
fn of_name<'a>(piles: &'a mut BTreeMap<OsString, Pile>, raw: &OsString, name: &str) -> &'a mut Pile {
    let pile = piles.entry(raw.clone()).or_default();
    if pile.names.is_empty() {
        pile.names = vec![name.to_owned()];
    }
    pile
}

fn without_zip(name: &str) -> &str {
    let end = name.len().saturating_sub(4);
    match name.get(end..) {
        Some(extension) if end > 0 && extension.eq_ignore_ascii_case(".zip") => &name[..end],
        _ => name,
    }
}

/// `lastfirst_LATE_12345_67890_lib.rs`: the student, whether it is late, the student's number, that of the submission,
/// and the file's name.
#[derive(Debug, PartialEq, Eq)]
struct Canvas<'a> {
    name: &'a str,
    late: bool,
    id: &'a str,
    file: &'a str,
}

impl<'a> Canvas<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (name, rest) = text.split_once('_')?;
        let (late, rest) = rest.strip_prefix("LATE_").map_or((false, rest), |rest| (true, rest));
        let (id, rest) = rest.split_once('_')?;
        let (submission, file) = rest.split_once('_')?;
        let well = !name.is_empty() && is_number(id) && is_number(submission) && !file.is_empty();
        well.then_some(Canvas { name, late, id, file })
    }
}

/// `First Last_12345_assignsubmission_file_`, as a folder or in front of the file's name.
#[derive(Debug, PartialEq, Eq)]
struct Moodle<'a> {
    name: &'a str,
    id: &'a str,
    file: Option<&'a str>,
}

impl<'a> Moodle<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (who, rest) = text.split_once("_assignsubmission_")?;
        let (name, id) = who.rsplit_once('_')?;
        // `file`, or another way to hand in, of which the platform makes files, too.
        let file = rest.split_once('_').map(|(_, file)| file).filter(|file| !file.is_empty());
        (!name.is_empty() && is_number(id)).then_some(Moodle { name, id, file })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_downloads_say_whose_they_are() {
        let canvas = |name, late, id, file| Some(Canvas { name, late, id, file });
        assert_eq!(Canvas::parse("onestudent_12_34_lib-1.rs"), canvas("onestudent", false, "12", "lib-1.rs"));
        assert_eq!(Canvas::parse("onestudent_LATE_12_34_a_b.zip"), canvas("onestudent", true, "12", "a_b.zip"));
        for name in ["student_01_katas.zip", "a_b_1_2_c.rs", "_1_2_c.rs", "a_1_2_", "lib.rs"] {
            assert_eq!(Canvas::parse(name), None, "{name}");
        }
        let moodle = |name, id, file| Some(Moodle { name, id, file });
        assert_eq!(Moodle::parse("Student One_12_assignsubmission_file_"), moodle("Student One", "12", None));
        assert_eq!(Moodle::parse("Student One_12_assignsubmission_file"), moodle("Student One", "12", None));
        assert_eq!(Moodle::parse("S_T_1_assignsubmission_file_lib.rs"), moodle("S_T", "1", Some("lib.rs")));
        let text = Moodle::parse("Student One_12_assignsubmission_onlinetext");
        assert_eq!(text, moodle("Student One", "12", None));
        assert_eq!(Moodle::parse("student_assignsubmission_file"), None);
    }
}
