//! Pages for people: one for each student, and one for the instructor. They need no network, and whatever strangers
//! wrote stands in them as text.

mod report;
mod student;

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use kata_trace::Verdict;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::name::file_name;
use crate::out::Out;
use crate::record::{Record, Status};

const STYLE: &str = include_str!("page/page.css");

/// Writes the pages, and a film for each text that failed.
///
/// # Errors
/// They cannot be written.
pub fn write_pages(grading: &Grading, feedbacks: &Feedbacks, out: &Out) -> anyhow::Result<()> {
    for folder in [out.pages(), out.films()] {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).with_context(|| format!("cannot replace {}", folder.display()))?;
        }
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut films = BTreeMap::new();
    for (key, feedback) in feedbacks.iter() {
        if let Some(film) = &feedback.film {
            let path = out.films().join(format!("{}-{}.html", key.0, key.1));
            judge::replace_file(&path, film.as_bytes())?;
            films.insert(key.clone(), path);
        }
    }
    for student in &grading.class.students {
        let folder = out.pages().join(file_name(&student.person.id));
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        for (_, record) in grading.records_of(student) {
            let key = (record.exercise.clone(), record.text.clone().unwrap_or_default());
            if let Some(film) = films.get(&key) {
                link_or_copy(film, &folder.join(film_name(&record.exercise)))?;
            }
        }
        let page = student::page(grading, feedbacks, student).into_string();
        judge::replace_file(&folder.join("index.html"), page.as_bytes())?;
    }
    Ok(judge::replace_file(&out.report(), report::page(grading, out).into_string().as_bytes())?)
}

/// The name of a film beside a student's page.
fn film_name(exercise: &str) -> String {
    format!("{exercise}.html")
}

/// The same file under another name: a film is shared by all who handed in the same text.
fn link_or_copy(file: &Path, link: &Path) -> anyhow::Result<()> {
    let linked = std::fs::hard_link(file, link).or_else(|_| std::fs::copy(file, link).map(drop));
    linked.with_context(|| format!("cannot write {}", link.display()))
}

/// A page. `script` is ours, or empty.
fn whole(title: &str, body: &Markup, script: &str) -> Markup {
    // Without a script of ours nothing may run at all.
    let scripts = if script.is_empty() { "" } else { "script-src 'unsafe-inline'; " };
    let policy = format!("default-src 'none'; style-src 'unsafe-inline'; {scripts}base-uri 'none'; form-action 'none'");
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (body)
                @if !script.is_empty() { script { (PreEscaped(script)) } }
            }
        }
    }
}

/// How a record is shown: a word, a sign, and the class that colours it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Look {
    class: &'static str,
    sign: &'static str,
    word: String,
}

impl Look {
    fn of(record: &Record) -> Self {
        match (record.status, record.verdict) {
            (Status::Missing, _) | (_, None) => Look { class: "missing", sign: "–", word: "missing".to_owned() },
            (_, Some(verdict)) => Look::of_verdict(verdict),
        }
    }

    fn of_verdict(verdict: Verdict) -> Self {
        use Verdict as V;
        let (class, sign) = match verdict {
            V::Passed => ("passed", "✓"),
            V::CompileError | V::RejectedSource => ("refused", "✎"),
            V::TimedOut | V::OutOfMemory | V::OutputFlood | V::Crashed => ("limits", "◷"),
            V::NoVerdict | V::Tampered => ("tampered", "⚑"),
            V::InternalError => ("ours", "?"),
            _ => ("failed", "✗"),
        };
        Look { class, sign, word: verdict.to_string() }
    }
}

/// The head of a table.
fn headings(names: &[&str]) -> Markup {
    html! { thead { tr { @for name in names { th scope="col" { (name) } } } } }
}

/// Text in which names stand between backticks.
fn with_code(text: &str) -> Markup {
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}
