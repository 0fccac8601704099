//! JUnit XML: a suite for each student, a case for each scenario.

use std::path::PathBuf;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::tests::{Ended, tests};
use crate::feedback::Feedbacks;
use crate::merge::Grading;

pub(super) fn write(grading: &Grading, feedbacks: &Feedbacks, path: PathBuf) -> anyhow::Result<PathBuf> {
    let mut report = Report::new(grading.class.assignment.title.clone());
    for student in &grading.class.students {
        let mut suite = TestSuite::new(student.person.id.clone());
        for test in tests(grading, feedbacks, student) {
            let mut status = match test.ended {
                Ended::Passed => TestCaseStatus::success(),
                Ended::Failed => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Ended::Error => TestCaseStatus::non_success(NonSuccessKind::Error),
                Ended::DidNotRun if test.max_score > 0.0 => TestCaseStatus::non_success(NonSuccessKind::Failure),
                Ended::DidNotRun => TestCaseStatus::skipped(),
            };
            if test.ended != Ended::Passed {
                let first = test.output.lines().find(|line| !line.trim().is_empty()).unwrap_or("it fails");
                status.set_message(first.trim().to_owned()).set_description(test.output.clone());
            }
            let mut case = TestCase::new(test.name, status);
            case.set_classname(test.exercise);
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    let mut text = Vec::new();
    report.serialize(&mut text)?;
    judge::replace_file(&path, &text)?;
    Ok(path)
}
