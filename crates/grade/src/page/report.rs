//! What the instructor sees.

use std::collections::BTreeMap;

use assignment::Lateness;
use maud::{Markup, html};

use super::{Look, headings, whole, with_code};
use crate::class::Student;
use crate::merge::Grading;
use crate::name::file_name;
use crate::note::{Note, What};
use crate::out::Out;
use crate::record::{Record, Status};
use crate::standing::Standing;

const SCRIPT: &str = include_str!("report.js");

pub(super) fn page(grading: &Grading, _out: &Out) -> Markup {
    let assignment = &grading.class.assignment;
    let students = grading.class.students.len();
    let handed = grading.class.students.iter().filter(|student| student.handed_in).count();
    let body = html! {
        header {
            h1 { (assignment.title) }
            p {
                (students) " students, " (handed) " handed in; " (assignment.tasks.len()) " exercises, "
                (assignment.points()) " points; " (grading.plan.units.len()) " different files judged; sandbox: "
                (grading.plan.sandbox)
                @if let Some(deadline) = assignment.deadline { "; due " (deadline) }
            }
            nav aria-label="Parts of this page" {
                a href="#map" { "map" } " " a href="#mistakes" { "mistakes" } " "
                a href="#identical" { "identical" } " "
                a href="#errors" { "not judged" } " " a href="#files" { "files not taken" }
            }
        }
        main {
            (map(grading))
            (mistakes(grading))
            (identical(grading))
            (errors(grading))
            (files(grading))
        }
    };
    whole(&assignment.title, &body, SCRIPT)
}

/// The address of a student's page.
fn page_of(student: &str) -> String {
    format!("pages/{}/index.html", file_name(student))
}

fn map(grading: &Grading) -> Markup {
    let mut legend: BTreeMap<Look, usize> = BTreeMap::new();
    for record in &grading.records {
        *legend.entry(Look::of(record)).or_default() += 1;
    }
    html! {
        section #map {
            h2 { "Students and exercises" }
            div.tools {
                ul.legend aria-label="Legend: press one to see only that" {
                    @for (look, count) in &legend {
                        li {
                            button.key.(look.class) type="button" aria-pressed="false" data-verdict=(look.word) {
                                span.sign aria-hidden="true" { (look.sign) } " " (look.word) " " b { (count) }
                            }
                        }
                    }
                }
                label { "find " input #find type="search" autocomplete="off"; }
            }
            div.scroll {
                table #grid {
                    caption.hidden { "Verdict and marks of every student for every exercise. Arrow keys move." }
                    thead {
                        tr {
                            th scope="col" aria-sort="ascending" { button type="button" { "student" } }
                            @for task in &grading.class.assignment.tasks {
                                @let title = &grading.exercises[&task.id].0.manifest.title;
                                th scope="col" { button type="button" title=(title) { (task.id) } }
                            }
                            th scope="col" { button type="button" { "late" } }
                            th scope="col" { button type="button" { "marks" } }
                        }
                    }
                    tbody {
                        @for student in &grading.class.students { (row(grading, student)) }
                    }
                }
            }
        }
    }
}

fn row(grading: &Grading, student: &Student) -> Markup {
    let standing = Standing::of(grading, student);
    let address = page_of(&student.person.id);
    html! {
        tr {
            th scope="row" data-sort=(student.person.id) {
                a href=(address) { (student.person.id) }
                @if !student.person.name.is_empty() { " " span.soft { (student.person.name) } }
                @if !student.on_roster { " " span.badge { "not on the roster" } }
            }
            @for (task, record) in grading.records_of(student) {
                (cell(&format!("{address}#{}", task.id), record))
            }
            td.number data-sort=(standing.percent) { (late(student, &standing)) }
            td.number data-sort=(standing.marks().unwrap_or(-1.0)) {
                @match standing.marks() {
                    Some(marks) => strong { (marks) },
                    None => span.badge { "not graded" },
                }
                @if standing.percent > 0.0 { @if let Some(raw) = standing.raw { " " span.soft { "of " (raw) } } }
            }
        }
    }
}

fn cell(address: &str, record: &Record) -> Markup {
    let look = Look::of(record);
    let title = match &record.scenario {
        Some(scenario) => format!("{} in {scenario}: {}", look.word, record.message),
        None if record.message.is_empty() => look.word.clone(),
        None => format!("{}: {}", look.word, record.message),
    };
    html! {
        td.cell.(look.class) data-verdict=(look.word) data-sort={ (look.class) " " (look.word) } {
            a href=(address) title=(title) {
                span.sign aria-hidden="true" { (look.sign) } " " span.word { (look.word) }
                @if let Some(mark) = record.mark { " " span.mark { (mark) } }
            }
        }
    }
}

fn late(student: &Student, standing: &Standing) -> String {
    const HOUR: i64 = 60 * 60;
    let by = match student.lateness {
        Lateness::Unknown | Lateness::InTime => return String::new(),
        Lateness::Marked => "marked".to_owned(),
        Lateness::By(seconds) if seconds < HOUR => format!("{} min", (seconds + 59) / 60),
        Lateness::By(seconds) if seconds < 2 * 24 * HOUR => format!("{} h", (seconds + HOUR - 1) / HOUR),
        Lateness::By(seconds) => format!("{} d", (seconds + 24 * HOUR - 1) / (24 * HOUR)),
    };
    if standing.percent > 0.0 { format!("{by}, −{} %", standing.percent) } else { by }
}

/// Who is meant, behind a count.
fn who<'a>(students: impl ExactSizeIterator<Item = &'a str>) -> Markup {
    html! {
        details {
            summary { (students.len()) @if students.len() == 1 { " student" } @else { " students" } }
            @for (index, student) in students.enumerate() {
                @if index > 0 { ", " }
                a href=(page_of(student)) { (student) }
            }
        }
    }
}

fn mistakes(grading: &Grading) -> Markup {
    let mut likes: BTreeMap<(&str, &str), (&str, Vec<&str>)> = BTreeMap::new();
    let mut unlike: BTreeMap<(&str, String, &str), Vec<&str>> = BTreeMap::new();
    for record in &grading.records {
        let key = (record.exercise.clone(), record.text.clone().unwrap_or_default());
        match (grading.likes.get(&key), &record.verdict) {
            (Some((path, lesson)), _) => {
                let (_, students) = likes.entry((&record.exercise, path)).or_insert((lesson, Vec::new()));
                students.push(&record.student);
            }
            (None, Some(_)) if record.status == Status::Graded && record.mark < Some(record.points) => {
                let scenario = record.scenario.as_deref().unwrap_or_default();
                let word = if record.starter { "unchanged".to_owned() } else { Look::of(record).word };
                unlike.entry((&record.exercise, word, scenario)).or_default().push(&record.student);
            }
            _ => {}
        }
    }
    let mut likes: Vec<_> = likes.into_iter().collect();
    likes.sort_by_key(|(key, (_, students))| (std::cmp::Reverse(students.len()), *key));
    let mut unlike: Vec<_> = unlike.into_iter().collect();
    unlike.sort_by(|(one, a), (other, b)| b.len().cmp(&a.len()).then_with(|| one.cmp(other)));
    html! {
        section #mistakes {
            h2 { "Common mistakes" }
            @if likes.is_empty() && unlike.is_empty() { p.soft { "None." } }
            @if !likes.is_empty() {
                p.soft {
                    "Files that are like a wrong fix of the collection: they fail as it does, and change the starter "
                    "as it does."
                }
                table {
                    (headings(&["exercise", "wrong fix", "who"]))
                    tbody {
                        @for ((exercise, path), (lesson, students)) in likes {
                            tr {
                                td { (exercise) }
                                td { code { (path) } p.lesson { (with_code(lesson)) } }
                                td { (who(students.into_iter())) }
                            }
                        }
                    }
                }
            }
            @if !unlike.is_empty() {
                p.soft { "Files that fail, and are like no wrong fix of the collection:" }
                table {
                    (headings(&["exercise", "verdict", "scenario", "who"]))
                    tbody {
                        @for ((exercise, word, scenario), students) in unlike {
                            tr {
                                td { (exercise) }
                                td { (word) }
                                td { @if !scenario.is_empty() { code { (scenario) } } }
                                td { (who(students.into_iter())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn identical(grading: &Grading) -> Markup {
    let mut groups: BTreeMap<(&str, &str), (bool, Vec<&str>)> = BTreeMap::new();
    for record in &grading.records {
        let Some(text) = &record.text else { continue };
        let (starter, students) = groups.entry((&record.exercise, text)).or_default();
        *starter = record.starter;
        students.push(&record.student);
    }
    let mut groups: Vec<_> = groups.into_iter().filter(|(_, (_, students))| students.len() > 1).collect();
    groups.sort_by_key(|((exercise, text), (starter, students))| {
        (*starter, std::cmp::Reverse(students.len()), *exercise, *text)
    });
    html! {
        section #identical {
            h2 { "Identical files" }
            @if groups.is_empty() {
                p.soft { "None." }
            } @else {
                p.soft {
                    "The same to the byte. For likeness, see " code { "cargo xtask grade export jplag DIR" } "."
                }
                table {
                    (headings(&["exercise", "file", "who"]))
                    tbody {
                        @for ((exercise, text), (starter, students)) in groups {
                            tr {
                                td { (exercise) }
                                td {
                                    code { (text.get(..12).unwrap_or(text)) }
                                    @if starter { " " span.badge { "the starter, unchanged" } }
                                }
                                td { (who(students.into_iter())) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn errors(grading: &Grading) -> Markup {
    let errors = grading.records.iter().filter(|record| record.status == Status::InternalError);
    let errors: Vec<&Record> = errors.collect();
    html! {
        section #errors {
            h2 { "Not judged" }
            @if errors.is_empty() {
                p.soft { "Everything that was handed in was judged." }
            } @else {
                p { "These have no mark. The same command tries them again." }
                table {
                    (headings(&["student", "exercise", "why"]))
                    tbody {
                        @for record in errors {
                            tr {
                                td { a href=(page_of(&record.student)) { (record.student) } }
                                td { (record.exercise) }
                                td { (record.message) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn files(grading: &Grading) -> Markup {
    let noted = grading.class.students.iter().filter(|student| !student.notes.is_empty());
    let noted: Vec<&Student> = noted.collect();
    let strangers = grading.class.students.iter().filter(|student| !student.on_roster);
    let strangers: Vec<&str> = strangers.map(|student| student.person.id.as_str()).collect();
    let missing = grading.class.students.iter().filter(|student| !student.handed_in);
    let missing: Vec<&str> = missing.map(|student| student.person.id.as_str()).collect();
    html! {
        section #files {
            h2 { "Files not taken, and who is missing" }
            @if !missing.is_empty() { div.line { "nothing was handed in by " (who(missing.into_iter())) } }
            @if !strangers.is_empty() { div.line { "not on the roster: " (who(strangers.into_iter())) } }
            @if !grading.class.notes.is_empty() {
                div.line {
                    details {
                        summary { "among the submissions, and nobody's: " (grading.class.notes.len()) }
                        (notes(&grading.class.notes))
                    }
                }
            }
            @for student in noted {
                @let refused = student.notes.iter().filter(|note| note.what != What::Ignored).count();
                div.line {
                    details {
                        summary {
                            (student.person.id) ": " (student.notes.len())
                            @if refused > 0 { " " span.badge { (refused) " refused or twice" } }
                        }
                        (notes(&student.notes))
                    }
                }
            }
        }
    }
}

fn notes(notes: &[Note]) -> Markup {
    html! {
        ul.notes {
            @for note in notes {
                li {
                    (note.what)
                    @if !note.path.is_empty() { " " code { (note.path) } }
                    ": " (note.reason)
                }
            }
        }
    }
}
