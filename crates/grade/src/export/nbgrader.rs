//! A CSV file with the columns that `nbgrader export` writes.

use std::path::PathBuf;

use super::table::{self, harmless, marks};
use crate::merge::Grading;
use crate::standing::Standing;
use crate::worth::rounded;

const COLUMNS: [&str; 11] = [
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
];

pub(super) fn write(grading: &Grading, path: PathBuf) -> anyhow::Result<PathBuf> {
    let assignment = &grading.class.assignment;
    let rows = grading.class.students.iter().filter(|student| student.on_roster).map(|student| {
        let standing = Standing::of(grading, student);
        let name = &student.person.name;
        let (last, first) = match name.split_once(',') {
            Some((last, first)) => (last.trim(), first.trim()),
            None => name.rsplit_once(' ').map_or((name.as_str(), ""), |(first, last)| (last, first)),
        };
        let penalty = standing.raw.zip(standing.marks()).map(|(raw, marks)| rounded(raw - marks));
        vec![
            harmless(&assignment.title),
            assignment.deadline.map_or_else(String::new, |deadline| deadline.at.to_string()),
            student.submitted.clone().unwrap_or_default(),
            harmless(&student.person.id),
            harmless(last),
            harmless(first),
            harmless(&student.person.email),
            marks(standing.raw),
            marks(penalty),
            marks(standing.marks()),
            standing.points.to_string(),
        ]
    });
    table::write(&path, std::iter::once(COLUMNS.map(str::to_owned).to_vec()).chain(rows))?;
    Ok(path)
}
