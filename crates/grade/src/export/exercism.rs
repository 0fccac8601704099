//! `results.json` of an Exercism test runner, version 3:
//! <https://exercism.org/docs/building/tooling/test-runners/interface>. The code of tests is left out: it is hidden.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::tests::{Ended, Test, of_record};
use crate::feedback::Feedbacks;
use crate::merge::Grading;
use crate::name::file_name;
use crate::out;
use crate::record::Status;

/// A message is cut here.
const LONGEST_MESSAGE: usize = 60_000;

pub(super) fn write(grading: &Grading, feedbacks: &Feedbacks, folder: PathBuf) -> anyhow::Result<PathBuf> {
    for student in &grading.class.students {
        for (task, record) in grading.records_of(student).filter(|(_, record)| record.status != Status::Missing) {
            let tests = of_record(grading, feedbacks, task, record);
            let none_ran = tests.iter().all(|test| matches!(test.ended, Ended::DidNotRun | Ended::Error));
            let all_passed = tests.iter().all(|test| test.ended == Ended::Passed);
            let results = match tests.first() {
                Some(first) if none_ran => {
                    json!({ "version": 3, "status": "error", "message": cut(&first.output), "tests": [] })
                }
                _ => json!({
                    "version": 3,
                    "status": if all_passed { "pass" } else { "fail" },
                    "message": null,
                    "tests": tests.iter().map(test).collect::<Vec<_>>(),
                }),
            };
            let path = folder.join(file_name(&student.person.id)).join(&record.exercise).join("results.json");
            out::write(&path, &results)?;
        }
    }
    Ok(folder)
}

fn test(test: &Test) -> Value {
    let status = match test.ended {
        Ended::Passed => "pass",
        Ended::Failed => "fail",
        Ended::DidNotRun | Ended::Error => "error",
    };
    let message = (test.ended != Ended::Passed).then(|| cut(&test.output));
    json!({ "name": test.name, "status": status, "message": message })
}

fn cut(text: &str) -> &str {
    let end = (0..=LONGEST_MESSAGE.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    &text[..end.unwrap_or(0)]
}
