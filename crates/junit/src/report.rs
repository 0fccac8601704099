//! From verdicts to a report: a suite for each exercise, a case for each of its programs.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use judge::corpus::{Finding, Verified};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde::Deserialize;

/// What `verify --json` prints, as far as it matters here.
#[derive(Debug, Deserialize)]
pub(crate) struct Verification {
    verified: Vec<Verified>,
    missing: BTreeMap<String, Vec<String>>,
    ms: u64,
}

/// The report. A program that did not get its declared verdict has failed; where the checker failed, it is an error. An
/// exercise that is not finished has a case of its own that says what is missing.
pub(crate) fn report(verification: Verification) -> Report {
    let Verification { verified, mut missing, ms } = verification;
    let mut report = Report::new("cargo xtask verify");
    report.set_time(Duration::from_millis(ms));
    let mut rest = &verified[..];
    while let Some(first) = rest.first() {
        let programs = rest.iter().take_while(|program| program.exercise == first.exercise).count();
        let (own, others) = rest.split_at(programs);
        let mut suite = TestSuite::new(&*first.exercise);
        suite.set_time(own.iter().map(time).sum());
        suite.add_test_cases(own.iter().map(case));
        suite.add_test_cases(missing.remove(&first.exercise).map(|what| unfinished(&first.exercise, &what)));
        report.add_test_suite(suite);
        rest = others;
    }
    report
}

fn time(program: &Verified) -> Duration {
    Duration::from_millis(program.ms)
}

fn case(program: &Verified) -> TestCase {
    let status = match &program.deviation {
        None => TestCaseStatus::success(),
        Some(deviation) => {
            let kind = if program.found.is_some() { NonSuccessKind::Failure } else { NonSuccessKind::Error };
            let mut status = TestCaseStatus::non_success(kind);
            let found = program.found.as_ref();
            status.set_type(found.map_or_else(|| "internal-error".to_owned(), |found| found.verdict.to_string()));
            status.set_message(&**deviation);
            let mut text = format!("declared: {}", in_words(&program.declared));
            text += &found.map_or_else(String::new, |found| format!("\nfound: {}", in_words(found)));
            if !program.message.is_empty() {
                text += &format!("\nmessage: {}", program.message);
            }
            status.set_description(text);
            status
        }
    };
    let folder = Path::new("solutions").join(&program.exercise);
    let name = program.file.strip_prefix(folder).unwrap_or(&program.file);
    let mut case = TestCase::new(slashes(name), status);
    case.set_classname(&*program.exercise).set_time(time(program));
    case.extra.insert("file".into(), slashes(&program.file).into());
    case
}

fn unfinished(exercise: &str, what: &[String]) -> TestCase {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status.set_type("unfinished").set_message("the exercise is not finished").set_description(what.join("\n"));
    let mut case = TestCase::new("what is to be written", status);
    case.set_classname(exercise).set_time(Duration::ZERO);
    case
}

/// `deadlock (lock-cycle) in opposite_transfers`
fn in_words(finding: &Finding) -> String {
    let kind = finding.kind.map_or_else(String::new, |kind| format!(" ({kind})"));
    let scenario = finding.scenario.as_ref().map_or_else(String::new, |scenario| format!(" in {scenario}"));
    format!("{}{kind}{scenario}", finding.verdict)
}

/// A path as it is written everywhere.
fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verification() -> Verification {
        serde_json::from_str(
            r#"{"schema": 1, "programs": 5, "deviations": 3, "ms": 2500, "verified": [
                {"exercise": "03-deadlock", "file": "solutions/03-deadlock/starter.rs", "ms": 900,
                 "declared": {"verdict": "deadlock", "kind": "lock-cycle", "scenario": "opposite"},
                 "found": {"verdict": "deadlock", "kind": "lock-cycle", "scenario": "opposite"}, "deviation": null,
                 "message": "3 threads wait for ever"},
                {"exercise": "03-deadlock", "file": "solutions/03-deadlock/lib.rs", "ms": 700,
                 "declared": {"verdict": "passed"}, "found": {"verdict": "passed"}, "deviation": null},
                {"exercise": "03-deadlock", "file": "solutions/03-deadlock/wrong/spin.rs", "ms": 800,
                 "declared": {"verdict": "deadlock", "kind": "lock-cycle", "scenario": "opposite"},
                 "found": {"verdict": "livelock", "scenario": "circle"},
                 "deviation": "livelock in place of deadlock: 2000 steps & no end",
                 "message": "2000 steps & no end\n<t1> goes round"},
                {"exercise": "66-new", "file": "solutions/66-new/starter.rs", "ms": 0,
                 "declared": {"verdict": "data-race", "scenario": "both"}, "found": null,
                 "deviation": "the checker failed: no compiler"},
                {"exercise": "66-new", "file": "solutions/66-new/lib.rs", "ms": 100,
                 "declared": {"verdict": "passed"}, "found": {"verdict": "panicked", "scenario": "both"},
                 "deviation": "panicked in place of passed: oh", "message": "oh"}],
              "missing": {"66-new": ["exercises/66-new/README.md:1: the title", "wrong fixes: 1 of 4"]}}"#,
        )
        .unwrap()
    }

    #[test]
    fn a_report_has_a_suite_for_each_exercise_and_a_case_for_each_program() {
        insta::assert_snapshot!(report(verification()).to_string().unwrap(), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="cargo xtask verify" tests="6" skipped="0" failures="3" errors="1" time="2.500">
            <testsuite name="03-deadlock" tests="3" skipped="0" errors="0" failures="1" time="2.400">
                <testcase name="starter.rs" classname="03-deadlock" time="0.900" file="solutions/03-deadlock/starter.rs"/>
                <testcase name="lib.rs" classname="03-deadlock" time="0.700" file="solutions/03-deadlock/lib.rs"/>
                <testcase name="wrong/spin.rs" classname="03-deadlock" time="0.800" file="solutions/03-deadlock/wrong/spin.rs">
                    <failure message="livelock in place of deadlock: 2000 steps &amp; no end" type="livelock">declared: deadlock (lock-cycle) in opposite
        found: livelock in circle
        message: 2000 steps &amp; no end
        &lt;t1&gt; goes round</failure>
                </testcase>
            </testsuite>
            <testsuite name="66-new" tests="3" skipped="0" errors="1" failures="2" time="0.100">
                <testcase name="starter.rs" classname="66-new" time="0.000" file="solutions/66-new/starter.rs">
                    <error message="the checker failed: no compiler" type="internal-error">declared: data-race in both</error>
                </testcase>
                <testcase name="lib.rs" classname="66-new" time="0.100" file="solutions/66-new/lib.rs">
                    <failure message="panicked in place of passed: oh" type="panicked">declared: passed
        found: panicked in both
        message: oh</failure>
                </testcase>
                <testcase name="what is to be written" classname="66-new" time="0.000">
                    <failure message="the exercise is not finished" type="unfinished">exercises/66-new/README.md:1: the title
        wrong fixes: 1 of 4</failure>
                </testcase>
            </testsuite>
        </testsuites>
        "#);
    }

    #[test]
    fn a_report_is_read_as_it_was_written() {
        let written = report(verification());
        let read = Report::deserialize_from_str(&written.to_string().unwrap()).unwrap();
        assert_eq!(read, written);
        assert_eq!((read.tests, read.failures, read.errors), (6, 3, 1));
        let suites: Vec<_> = read.test_suites.iter().map(|suite| (suite.name.as_str(), suite.tests)).collect();
        assert_eq!(suites, [("03-deadlock", 3), ("66-new", 3)]);
    }
}
