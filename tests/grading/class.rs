//! A class that a test makes up.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use assignment::Assignment;
use exercise::Catalogue;
use grade::class::Class;
use grade::feedback::Feedbacks;
use grade::intake::take_in;
use grade::judging::Judging;
use grade::merge::Grading;
use grade::out::{Out, write};
use grade::plan::Plan;
use grade::roster::Roster;
use grade::settled::Settled;
use repo_tests::{bench, root};
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

/// A folder with submissions, and what else a grading needs.
pub(crate) struct School {
    folder: TempDir,
}

impl School {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be created");
        std::fs::create_dir(folder.path().join("submissions")).expect("a folder can be created");
        School { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn submissions(&self) -> PathBuf {
        self.path("submissions")
    }

    pub(crate) fn out(&self) -> Out {
        Out::new(self.path("out"))
    }

    /// A file that a student hands in.
    pub(crate) fn file(&self, path: impl AsRef<Path>, text: impl AsRef<[u8]>) {
        let path = self.submissions().join(path);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be created");
        std::fs::write(path, text).expect("a file can be written");
    }

    /// An archive that a student hands in.
    pub(crate) fn zip(&self, path: &str, members: &[(&str, &[u8])]) {
        std::fs::write(self.submissions().join(path), archive(members)).expect("a file can be written");
    }

    /// A file beside the submissions.
    pub(crate) fn beside(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be created");
        std::fs::write(&path, text).expect("a file can be written");
        path
    }

    /// What is taken in with an assignment and perhaps a roster.
    pub(crate) fn take_in(&self, assignment: &str, roster: Option<&str>) -> Class {
        let assignment = Assignment::read(&self.beside("assignment.toml", assignment), &catalogue());
        let roster = roster.map(|roster| Roster::read(&self.beside("roster.csv", roster)).expect("it is a roster"));
        let assignment = assignment.expect("it is an assignment");
        let taken = take_in(&self.submissions(), roster.as_ref(), assignment, &catalogue(), &self.out().texts());
        taken.expect("the submissions can be taken in")
    }

    /// A grading of which the verdicts are made up: `verdict` is asked for each text that was handed in.
    pub(crate) fn graded(&self, class: &Class, verdict: impl Fn(&str, &str) -> Verdict) -> (Grading, Feedbacks) {
        let out = self.out();
        let judging = Judging::new(bench()).expect("the repository can be read");
        let overlay = class.assignment.overlay.as_ref();
        if let Some(overlay) = overlay {
            repo_tests::copy(overlay, &out.overlay());
        }
        let overlay = overlay.map(|_| out.overlay());
        let plan = Plan::new(class, root(), &catalogue(), &judging, overlay.as_deref(), 1).expect("it can be planned");
        for unit in &plan.units {
            let text = out.texts().read(&unit.text).expect("the text is kept");
            let (judgement, error) = match verdict(&unit.exercise, &String::from_utf8_lossy(&text)) {
                Verdict::Judged(judgement) => {
                    (Some(serde_json::from_value(judgement).expect("it is a judgement")), None)
                }
                Verdict::Broken(error) => (None, Some(error.to_owned())),
                Verdict::Lost => continue,
            };
            let settled = Settled { schema: 1, unit: unit.clone(), attempts: 1, ms: 7, judgement, error };
            write(&out.unit(&unit.key), &settled).expect("it can be written");
        }
        write(&out.class(), class).expect("it can be written");
        write(&out.plan(), &plan).expect("it can be written");
        let grading = Grading::read(&out, root(), &catalogue()).expect("it can be read");
        grading.write(&out).expect("it can be written");
        let feedbacks = Feedbacks::new(&grading, &out, true).expect("it can be told");
        (grading, feedbacks)
    }
}

/// A verdict that is made up.
pub(crate) enum Verdict {
    Judged(Value),
    Broken(&'static str),
    Lost,
}

/// A judgement in which the first `held` of `scenarios` hold and the next one fails with an execution of two steps.
pub(crate) fn judgement(exercise: &str, scenarios: &[&str], held: usize) -> Verdict {
    let results = scenarios.iter().enumerate().map(|(index, name)| {
        let verdict = if index < held { "passed" } else { "assertion-failed" };
        json!({ "name": name, "about": "It holds", "engine": "shuttle", "verdict": verdict, "executions": 3,
                "exhaustive": true, "ms": 1 })
    });
    let failed = scenarios.get(held);
    let at = json!({ "file": format!("exercises/{exercise}/src/lib.rs"), "line": 1, "column": 1 });
    let mut value = json!({
        "schema": 1, "exercise": exercise, "verdict": if failed.is_some() { "assertion-failed" } else { "passed" },
        "scenario": failed, "evidence": { "executions": 3, "preemption_bound": 1, "exhaustive": true, "seed": null },
        "message": if failed.is_some() { "two & two <b>are</b> `five`" } else { "" }, "schedule": null, "trace": [],
        "scenarios": results.collect::<Vec<_>>(), "ms": { "compile": 1, "run": 2, "total": 3 },
    });
    if failed.is_some() {
        value["engine"] = json!("shuttle");
        value["at"] = at;
    }
    Verdict::Judged(value)
}

/// A judgement of a file that does not compile.
pub(crate) fn no_rust(exercise: &str) -> Verdict {
    Verdict::Judged(json!({
        "schema": 1, "exercise": exercise, "verdict": "compile-error", "scenario": null, "evidence": null,
        "message": "this is no Rust", "schedule": null, "trace": [], "scenarios": [],
        "diagnostics": [{ "message": "this is no Rust", "rendered": "error: this is <i>no</i> Rust\n" }],
        "ms": { "compile": 1, "run": 0, "total": 1 },
    }))
}

pub(crate) fn catalogue() -> Catalogue {
    Catalogue::read(root()).expect("the exercises can be read")
}

/// The bytes of an archive.
pub(crate) fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in members {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a member can be added");
        archive.write_all(text).expect("a member can be written");
    }
    archive.finish().expect("an archive can be finished").into_inner()
}

/// An archive with a member that is a symbolic link.
pub(crate) fn archive_with_link(to: &Path, name: &str, target: &str) {
    let mut archive = zip::ZipWriter::new(File::create(to).expect("a file can be created"));
    archive.add_symlink(name, target, SimpleFileOptions::default()).expect("a link can be added");
    archive.finish().expect("an archive can be finished");
}

/// What was taken in, for a snapshot.
pub(crate) fn told(class: &Class) -> String {
    let mut text = String::new();
    for student in &class.students {
        let mut marks = Vec::new();
        if !student.on_roster {
            marks.push("not on the roster".to_owned());
        }
        if !student.handed_in {
            marks.push("missing".to_owned());
        }
        if !student.person.name.is_empty() {
            marks.push(student.person.name.clone());
        }
        let _ = writeln!(text, "{} {marks:?}", student.person.id);
        for (exercise, file) in &student.files {
            let _ = writeln!(text, "  {exercise} {}", file.path);
        }
        for note in &student.notes {
            let _ = writeln!(text, "  {} {}: {}", note.what, note.path, note.reason);
        }
    }
    for note in &class.notes {
        let _ = writeln!(text, "{} {}: {}", note.what, note.path, note.reason);
    }
    text
}
