//! `results.json` of a Gradescope autograder: <https://gradescope-autograders.readthedocs.io/en/latest/specs/>.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::tests::{Ended, tests};
use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::name::file_name;
use crate::out;
use crate::standing::Standing;

pub(super) fn write(grading: &Grading, feedbacks: &Feedbacks, folder: PathBuf) -> anyhow::Result<PathBuf> {
    for student in grading.class.students.iter().filter(|student| student.handed_in) {
        let standing = Standing::of(grading, student);
        let Some(marks) = standing.marks() else { continue };
        let tests: Vec<Value> = tests(grading, feedbacks, student)
            .into_iter()
            .map(|test| {
                let name = if test.name == test.exercise { test.about } else { test.name };
                json!({
                    "name": format!("{}: {name}", test.exercise),
                    "status": if test.ended == Ended::Passed { "passed" } else { "failed" },
                    "score": test.score,
                    "max_score": test.max_score,
                    "output": test.output,
                    "output_format": "text",
                    "visibility": if test.private { "hidden" } else { "visible" },
                })
            })
            .collect();
        let late = match standing.percent {
            percent if percent > 0.0 => format!(" {percent} % are taken for being late."),
            _ => String::new(),
        };
        let results = json!({
            "score": marks,
            "output": format!("{marks} of {} points.{late}", standing.points),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "tests": tests,
            "extra_data": { "raw": standing.raw, "late_percent": standing.percent },
        });
        out::write(&folder.join(file_name(&student.person.id)).join("results.json"), &results)?;
    }
    Ok(folder)
}
