//! What other programs are told: valid in their own terms, late submissions counted, and no zero for a fault of ours.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use grade::class::Class;
use grade::export::{Format, export};
use grade::merge::Grading;
use insta::assert_snapshot;
use repo_tests::root;
use serde_json::Value;

use crate::class::{School, Verdict, judgement, no_rust};

const ASSIGNMENT: &str = r#"
title = "Katas, 1"
deadline = 2026-01-31T23:59:00+01:00
time = "roster"
overlay = "private"

[late]
per-day = 10
grace = "15m"
cap = 50
cut-off = "7d"

[[exercise]]
id = "03-deadlock"
points = 10
credit = "scenarios"

[exercise.weights]
opposite_transfers = 2
never_seen = 4

[[exercise]]
id = "01-lost-update"
points = 5
"#;

const ROSTER: &str = "id,name,email,canvas id,submitted\n\
    s1,Student One,one@school.example,101,2026-01-31T12:00\n\
    s2,Student Two,two@school.example,102,2026-02-01T12:00\n\
    s3,=1+1,three@school.example,103,2026-02-09T12:00\n\
    s4,Student Four,four@school.example,104,2026-02-01T00:10\n\
    s5,Student Five,five@school.example,105,\n\
    s6,Student Six,six@school.example,106,2026-01-31T12:00\n";

fn scenarios(exercise: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(format!("exercises/{exercise}/hidden/shuttle.rs"))).unwrap();
    judge::scenarios(&text).unwrap().into_iter().map(|scenario| scenario.name).collect()
}

/// One right, one late and half right, one too late, one that does not compile, one missing, one of whom one exercise
/// could not be judged.
fn school() -> (School, Class) {
    let school = School::new();
    let private = "//! Private.\n\n/// Nobody has seen this.\npub fn never_seen() {}\n";
    school.beside("private/03-deadlock/hidden/shuttle.rs", private);
    for (student, deadlock, update) in [
        ("s1", "right", "right"),
        ("s2", "half", "half"),
        ("s3", "right", "right"),
        ("s4", "no", "right"),
        ("s6", "broken", "right"),
    ] {
        school.file(format!("{student}/03-deadlock.rs"), deadlock);
        school.file(format!("{student}/01-lost-update.rs"), update);
    }
    let class = school.take_in(ASSIGNMENT, Some(ROSTER));
    (school, class)
}

fn verdict(exercise: &str, text: &str) -> Verdict {
    let mut names = scenarios(exercise);
    if exercise == "03-deadlock" {
        names.push("never_seen".to_owned());
    }
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    match text {
        "right" => judgement(exercise, &names, names.len()),
        "half" => judgement(exercise, &names, 3),
        "private" => judgement(exercise, &names, names.len() - 1),
        "no" => no_rust(exercise),
        "lost" => Verdict::Lost,
        _ => Verdict::Broken("the disk is full"),
    }
}

fn exported(school: &School, class: &Class) -> (Grading, PathBuf) {
    let (grading, feedbacks) = school.graded(class, verdict);
    let out = school.out();
    for format in Format::USUAL.into_iter().chain([Format::Jplag]) {
        export(&grading, &feedbacks, &out, root(), format).unwrap();
    }
    (grading, out.export())
}

/// The files below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

fn valid(schema: &str, text: &str) -> Value {
    let path = root().join("tests/fixtures/schemas").join(schema).with_extension("json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let value: Value = serde_json::from_str(text).unwrap();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|e| format!("{}: {e}", e.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
    value
}

#[test]
fn every_file_is_what_the_program_it_is_for_takes() {
    let (school, class) = school();
    let (_, folder) = exported(&school, &class);
    let results = std::fs::read_to_string(school.out().results()).unwrap();
    let records: Vec<_> = results.lines().map(|line| valid("record", line)).collect();
    assert_eq!(records.len(), 12);

    let gradescope = files(&folder.join("gradescope"));
    let scores: Vec<_> =
        gradescope.iter().map(|(name, text)| (name.as_str(), valid("gradescope", text)["score"].clone())).collect();
    assert_snapshot!(format!("{scores:?}"), @r#"[("s1/results.json", Number(15.0)), ("s2/results.json", Number(1.8)), ("s3/results.json", Number(0.0)), ("s4/results.json", Number(5.0))]"#);

    let classroom = files(&folder.join("classroom"));
    let sum = |text: &String| -> f64 {
        valid("classroom", text)["tests"].as_array().unwrap().iter().map(|test| test["score"].as_f64().unwrap()).sum()
    };
    let scores: Vec<_> = classroom.iter().map(|(name, text)| format!("{name} {:.1}", sum(text))).collect();
    assert_snapshot!(scores.join(", "), @"s1.json 15.0, s2.json 1.8, s3.json 0.0, s4.json 5.0");

    let exercism = files(&folder.join("exercism"));
    let statuses: Vec<_> =
        exercism.iter().map(|(name, text)| format!("{name} {}", valid("exercism", text)["status"])).collect();
    assert_snapshot!(statuses.join("\n"), @r#"
    s1/01-lost-update/results.json "pass"
    s1/03-deadlock/results.json "pass"
    s2/01-lost-update/results.json "fail"
    s2/03-deadlock/results.json "fail"
    s3/01-lost-update/results.json "pass"
    s3/03-deadlock/results.json "pass"
    s4/01-lost-update/results.json "pass"
    s4/03-deadlock/results.json "error"
    s6/01-lost-update/results.json "pass"
    s6/03-deadlock/results.json "error"
    "#);

    let junit = std::fs::read_to_string(folder.join("junit.xml")).unwrap();
    let report = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert_eq!((report.test_suites.len(), report.errors), (6, 1));

    let rows = |name: &str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(folder.join(name)).unwrap();
        let rows: Vec<_> = reader.records().map(|row| row.unwrap().iter().collect::<Vec<_>>().join(" | ")).collect();
        rows.join("\n")
    };
    assert_snapshot!(rows("canvas.csv"), @"
    Student | ID | SIS User ID | SIS Login ID | Section | Katas, 1
        Points Possible |  |  |  |  | 15
    Student One | 101 | s1 |  |  | 15
    Student Two | 102 | s2 |  |  | 1.8
    '=1+1 | 103 | s3 |  |  | 0
    Student Four | 104 | s4 |  |  | 5
    Student Five | 105 | s5 |  |  | 0
    Student Six | 106 | s6 |  |  |
    ");
    assert_snapshot!(rows("nbgrader.csv"), @"
    assignment | duedate | timestamp | student_id | last_name | first_name | email | raw_score | late_submission_penalty | score | max_score
    Katas, 1 | 2026-01-31T22:59:00Z | 2026-01-31T11:00:00Z | s1 | One | Student | one@school.example | 15 | 0 | 15 | 15
    Katas, 1 | 2026-01-31T22:59:00Z | 2026-02-01T11:00:00Z | s2 | Two | Student | two@school.example | 2 | 0.2 | 1.8 | 15
    Katas, 1 | 2026-01-31T22:59:00Z | 2026-02-09T11:00:00Z | s3 | '=1+1 |  | three@school.example | 15 | 15 | 0 | 15
    Katas, 1 | 2026-01-31T22:59:00Z | 2026-01-31T23:10:00Z | s4 | Four | Student | four@school.example | 5 | 0 | 5 | 15
    Katas, 1 | 2026-01-31T22:59:00Z |  | s5 | Five | Student | five@school.example | 0 | 0 | 0 | 15
    Katas, 1 | 2026-01-31T22:59:00Z | 2026-01-31T11:00:00Z | s6 | Six | Student | six@school.example |  |  |  | 15
    ");

    let jplag: Vec<_> = files(&folder.join("jplag")).into_keys().collect();
    assert_snapshot!(jplag.join("\n"), @"
    01-lost-update/base/lib.rs
    01-lost-update/submissions/s1/lib.rs
    01-lost-update/submissions/s2/lib.rs
    01-lost-update/submissions/s3/lib.rs
    01-lost-update/submissions/s4/lib.rs
    01-lost-update/submissions/s6/lib.rs
    03-deadlock/base/lib.rs
    03-deadlock/submissions/s1/lib.rs
    03-deadlock/submissions/s2/lib.rs
    03-deadlock/submissions/s3/lib.rs
    03-deadlock/submissions/s4/lib.rs
    03-deadlock/submissions/s6/lib.rs
    ");
}

#[test]
fn what_could_not_be_judged_or_was_never_run_has_no_mark() {
    let (school, _) = school();
    school.file("s4/03-deadlock.rs", "lost");
    let class = school.take_in(ASSIGNMENT, Some(ROSTER));
    let (grading, folder) = exported(&school, &class);
    let told = |student: &str| {
        let record = grading.records.iter().find(|r| r.student == student && r.exercise == "03-deadlock").unwrap();
        format!("{:?} {:?} {}", record.status, record.mark, record.message)
    };
    assert_snapshot!(told("s6"), @"InternalError None the disk is full");
    assert_snapshot!(told("s4"), @"InternalError None it was never judged: run the shard 1/1");
    for student in ["s4", "s6"] {
        assert!(!folder.join("gradescope").join(student).exists(), "{student}");
        assert!(!folder.join("classroom").join(format!("{student}.json")).exists(), "{student}");
    }
}

#[test]
fn shares_that_are_rounded_add_up_to_the_mark() {
    let school = School::new();
    school.file("s1/lib.rs", "right");
    let class = school.take_in("title = \"One\"\n[[exercise]]\nid = \"03\"\n", None);
    let (_, folder) = exported(&school, &class);
    for (file, key) in [("classroom/s1.json", "score"), ("gradescope/s1/results.json", "max_score")] {
        let results: Value = serde_json::from_str(&files(&folder)[file]).unwrap();
        let tests = results["tests"].as_array().unwrap();
        let sum: f64 = tests.iter().map(|test| test[key].as_f64().unwrap()).sum();
        assert!(tests.len() == 15 && (sum - 10.0).abs() < 0.001, "{file}: {} tests, {sum}", tests.len());
    }
}

#[test]
fn students_are_not_told_what_private_scenarios_are() {
    let school = School::new();
    school.beside("private/03-deadlock/hidden/shuttle.rs", "/// Nobody has seen this.\npub fn never_seen() {}\n");
    school.file("s1/03-deadlock.rs", "private");
    let class = school.take_in(ASSIGNMENT, Some(ROSTER));
    let (grading, folder) = exported(&school, &class);
    let private: Vec<_> = grading.records.iter().flat_map(|record| &record.scenarios).filter(|s| s.private).collect();
    assert_eq!(private.len(), 1);
    for (name, text) in files(&folder) {
        assert!(!text.contains("never_seen") && !text.contains("Nobody has seen"), "{name}: {text}");
    }
    let gradescope = valid("gradescope", &files(&folder.join("gradescope"))["s1/results.json"]);
    let last = gradescope["tests"].as_array().unwrap().iter().find(|test| test["visibility"] == "hidden").unwrap();
    assert_snapshot!(last, @r#"{"max_score":2.0,"name":"03-deadlock: private scenario 1","output":"","output_format":"text","score":0.0,"status":"failed","visibility":"hidden"}"#);
}
