//! What a student is told.

use assignment::{Deadline, Lateness, Task};
use maud::{Markup, html};

use super::{Look, film_name, headings, whole, with_code};
use crate::class::Student;
use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::record::{Record, Status};
use crate::standing::Standing;
use crate::worth::{Expected, ScenarioRecord};

pub(super) fn page(grading: &Grading, feedbacks: &Feedbacks, student: &Student) -> Markup {
    let assignment = &grading.class.assignment;
    let standing = Standing::of(grading, student);
    let title = format!("{}: {}", assignment.title, student.title());
    let body = html! {
        header {
            h1 { (assignment.title) }
            p { strong { (student.title()) } @if !student.person.name.is_empty() { " (" (student.person.id) ")" } }
            p.total { (marks(&standing)) }
            @if let Some(submitted) = &student.submitted {
                p.soft {
                    "handed in " (at(submitted, assignment.deadline))
                    @if let Some(deadline) = assignment.deadline { "; due " (deadline) }
                }
            }
        }
        main {
            table.summary {
                (headings(&["exercise", "verdict", "marks"]))
                tbody {
                    @for (task, record) in grading.records_of(student) {
                        @let look = Look::of(record);
                        tr {
                            td { a href={ "#" (task.id) } { (task.id) } }
                            td.verdict.(look.class) { span.sign aria-hidden="true" { (look.sign) } " " (look.word) }
                            td.number { (of_points(record)) }
                        }
                    }
                }
            }
            @for (task, record) in grading.records_of(student) {
                (exercise(grading, feedbacks, student, task, record))
            }
            (notes(student))
        }
    };
    whole(&title, &body, "")
}

/// A point in time as people tell it who have the deadline: in its offset.
fn at(submitted: &str, deadline: Option<Deadline>) -> String {
    match (submitted.parse(), deadline) {
        (Ok(at), Some(deadline)) => Deadline { at, ..deadline }.to_string(),
        _ => submitted.to_owned(),
    }
}

fn marks(standing: &Standing) -> Markup {
    html! {
        @match (standing.raw, standing.marks()) {
            (Some(raw), Some(marks)) => {
                strong { (marks) } " of " (standing.points) " points"
                @if standing.percent > 0.0 { ", after " (standing.percent) " % of " (raw) " were taken for being late" }
            }
            _ => "not graded yet: something could not be judged, which is no fault of yours",
        }
    }
}

fn of_points(record: &Record) -> Markup {
    html! {
        @if let Some(mark) = record.mark { (mark) " of " (record.points) } @else { "not graded" }
    }
}

fn exercise(grading: &Grading, feedbacks: &Feedbacks, student: &Student, task: &Task, record: &Record) -> Markup {
    let (exercise, expected) = &grading.exercises[&task.id];
    let look = Look::of(record);
    let feedback = feedbacks.of(&task.id, record.text.as_deref());
    let is_private =
        record.scenarios.iter().any(|scenario| scenario.private && record.scenario.as_ref() == Some(&scenario.name));
    let key = (task.id.clone(), record.text.clone().unwrap_or_default());
    html! {
        section.exercise id=(task.id) {
            h2 { (task.id) ": " (exercise.manifest.title) }
            p.verdict.(look.class) {
                span.sign aria-hidden="true" { (look.sign) } " " strong { (look.word) }
                @if let Some(kind) = record.kind { " (" (kind) ")" }
                ", " (of_points(record))
            }
            @match record.status {
                Status::Missing => p { "Nothing was handed in." },
                Status::InternalError => p { "This could not be judged, which is no fault of yours." },
                Status::Graded => {
                    @if is_private {
                        p { "A private scenario does not hold." }
                    } @else if !record.message.is_empty() {
                        p { (with_code(&record.message)) }
                    }
                    @if let (Some((_, lesson)), false) = (grading.likes.get(&key), is_private) {
                        p.lesson { strong { "This is like a fix that many people try. " } (with_code(lesson)) }
                    }
                    @if let Some(feedback) = feedback {
                        @if !feedback.story.is_empty() { pre.story tabindex="0" { (feedback.story) } }
                        @if feedback.film.is_some() {
                            p { a.film href=(film_name(&task.id)) { "Step through it" } }
                        }
                    }
                    (scenarios(record, expected))
                }
            }
            @if let Some(looked_at) = student.looked_at.get(&task.id) {
                p.soft {
                    "Looked at, as your " code { "progress.toml" } " says: "
                    @if looked_at.hints > 0 {
                        (looked_at.hints) @if looked_at.hints == 1 { " hint" } @else { " hints" }
                    }
                    @if looked_at.hints > 0 && looked_at.solution { ", " }
                    @if looked_at.solution { "the solution" }
                    ". That costs nothing."
                }
            }
            @if let Some(handed) = student.files.get(&task.id) {
                p.soft { "Taken from " code { (handed.path) } "." }
            }
        }
    }
}

fn scenarios(record: &Record, expected: &[Expected]) -> Markup {
    let mut privately = 0;
    let mut rows: Vec<(String, String, &ScenarioRecord)> = Vec::new();
    for (scenario, expected) in record.scenarios.iter().zip(expected) {
        if scenario.private {
            privately += 1;
            rows.push((format!("private scenario {privately}"), String::new(), scenario));
        } else {
            rows.push((scenario.name.clone(), expected.about.clone(), scenario));
        }
    }
    html! {
        details {
            summary { "what was looked at: " (rows.len()) " scenarios" }
            table {
                (headings(&["scenario", "verdict", "executions"]))
                tbody {
                    @for (name, about, scenario) in rows {
                        @let look = scenario.verdict.map(Look::of_verdict);
                        tr {
                            td { code { (name) } @if !about.is_empty() { br; span.soft { (about) } } }
                            td.verdict.(look.as_ref().map_or("missing", |look| look.class)) {
                                @match &look {
                                    Some(look) => { span.sign aria-hidden="true" { (look.sign) } " " (look.word) },
                                    None => "did not run",
                                }
                            }
                            td.number {
                                @if scenario.verdict.is_some() {
                                    (scenario.executions) @if scenario.exhaustive { ", exhaustive" }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn notes(student: &Student) -> Markup {
    html! {
        @if student.lateness == Lateness::Marked { p.soft { "Marked as late." } }
        @if !student.notes.is_empty() {
            section {
                h2 { "What was not taken" }
                ul.notes {
                    @for note in &student.notes {
                        li {
                            (note.what)
                            @if !note.path.is_empty() { " " code { (note.path) } }
                            ": " (note.reason)
                        }
                    }
                }
            }
        }
    }
}
