//! An author's first minutes.

use std::path::Path;

use insta::assert_snapshot;
use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
use repo_tests::{alone, checkout, ending, xtask_in_checkout};

#[test]
fn a_new_exercise_is_judged_and_says_what_it_lacks() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "authoring");
    let run = |arguments: &[&str]| ending(xtask_in_checkout(&checkout).args(arguments));
    assert_snapshot!(run(&["new", "66-my-pitfall", "--track", "messages"]), @"
    status 0
    --- stdout
    exercises/66-my-pitfall and solutions/66-my-pitfall are there, and compile
    `cargo xtask verify 66-my-pitfall` says what is missing
    ");
    let output = xtask_in_checkout(&checkout).args(["verify", "66", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["programs"], &answer["deviations"]), (&4.into(), &0.into()), "{answer}");
    let missing = answer["missing"]["66-my-pitfall"].as_array().unwrap();
    for line in [
        "exercises/66-my-pitfall/README.md:1: the title",
        "right fixes that are built in another way than the reference: 1 of 2",
        "wrong fixes that tempt people: 1 of 4",
    ] {
        assert!(missing.iter().any(|other| other == line), "{line} is not in {missing:?}");
    }
    assert!(run(&["list", "--track", "messages"]).contains("66-my-pitfall"));
}

#[test]
fn a_report_for_continuous_integration_has_a_case_for_each_program() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "authoring");
    let new = xtask_in_checkout(&checkout).args(["new", "66-my-pitfall"]).output().unwrap();
    assert!(new.status.success(), "{new:?}");
    let wrong = checkout.join("solutions/66-my-pitfall/wrong/look_twice.rs");
    let text = std::fs::read_to_string(&wrong).unwrap();
    std::fs::write(&wrong, text.replacen("verdict: assertion-failed", "verdict: livelock", 1)).unwrap();

    let report = checkout.join("report.xml");
    let output =
        xtask_in_checkout(&checkout).args(["verify", "66", "--json", "--junit"]).arg(&report).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let report = Report::deserialize_from_str(&std::fs::read_to_string(report).unwrap()).unwrap();

    let [suite] = &report.test_suites[..] else { panic!("there is one exercise: {report:?}") };
    assert_eq!(suite.name.as_str(), "66-my-pitfall");
    let names: Vec<_> = suite.test_cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names, ["starter.rs", "lib.rs", "right/lock.rs", "wrong/look_twice.rs", "what is to be written"]);
    assert_eq!((report.tests, report.failures, report.errors), (5, 2, 0));
    let programs = answer["verified"].as_array().unwrap();
    for (case, program) in suite.test_cases.iter().zip(programs) {
        assert_eq!(case.classname.as_ref().unwrap().as_str(), "66-my-pitfall");
        assert_eq!(case.extra["file"].as_str(), program["file"]);
        assert_eq!(case.time.unwrap().as_millis(), u128::from(program["ms"].as_u64().unwrap()));
        assert_eq!(matches!(case.status, TestCaseStatus::Success { .. }), program["deviation"].is_null(), "{case:?}");
    }
    let TestCaseStatus::NonSuccess { kind: NonSuccessKind::Failure, message, ty, description, .. } =
        &suite.test_cases[3].status
    else {
        panic!("it was declared with another verdict: {suite:?}")
    };
    assert_eq!(ty.as_ref().unwrap().as_str(), "assertion-failed");
    assert!(message.as_ref().unwrap().as_str().starts_with("assertion-failed in place of livelock: "), "{message:?}");
    let description = description.as_ref().unwrap().as_str();
    assert!(
        description.starts_with("declared: livelock in every_arrival_counts\nfound: assertion-failed"),
        "{description}"
    );
}

#[test]
fn a_number_that_is_taken_and_a_name_that_is_no_id_are_refused() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "authoring");
    let run = |arguments: &[&str]| ending(xtask_in_checkout(&checkout).args(arguments));
    assert_snapshot!(run(&["new", "03-another"]), @"
    status 2
    --- stderr
    error: 03-deadlock has this number already
    ");
    assert_snapshot!(run(&["new", "my-pitfall"]), @"
    status 2
    --- stderr
    error: invalid value 'my-pitfall' for '<ID>': an id is a number of two digits at least, and a slug: 66-my-pitfall

    For more information, try '--help'.
    ");
}
