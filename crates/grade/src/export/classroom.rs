//! What a runner tells the reporter of GitHub Classroom:
//! <https://github.com/classroom-resources/autograding-grading-reporter>. A workflow hands the file over in base64.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::tests::{Ended, tests};
use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::name::file_name;
use crate::out;
use crate::standing::Standing;
use crate::worth::share;

pub(super) fn write(grading: &Grading, feedbacks: &Feedbacks, folder: PathBuf) -> anyhow::Result<PathBuf> {
    for student in grading.class.students.iter().filter(|student| student.handed_in) {
        let standing = Standing::of(grading, student);
        let Some(marks) = standing.marks() else { continue };
        let tests = tests(grading, feedbacks, student);
        let (all, mut before): (f64, f64) = (tests.iter().map(|test| test.score).sum(), 0.0);
        let passed = tests.iter().all(|test| test.ended == Ended::Passed);
        let tests: Vec<Value> = tests
            .into_iter()
            .map(|test| {
                let name = if test.name == test.exercise { test.about } else { test.name };
                // The reporter adds these up: what is taken for being late is taken from each, and the sum is the mark.
                let score = if all > 0.0 { share(marks, before / all, (before + test.score) / all) } else { 0.0 };
                before += test.score;
                json!({
                    "name": format!("{}: {name}", test.exercise),
                    "status": if test.ended == Ended::Passed { "pass" } else { "fail" },
                    "score": score,
                    "message": test.output,
                    "test_code": "",
                    "filename": "",
                    "line_no": 0,
                })
            })
            .collect();
        let results = json!({
            "version": 1,
            "status": if passed { "pass" } else { "fail" },
            "max_score": standing.points,
            "tests": tests,
        });
        let path = folder.join(format!("{}.json", file_name(&student.person.id)));
        out::write(&path, &results)?;
    }
    Ok(folder)
}
