//! Whole runs, through the command line and the real judge.

#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use repo_tests::{root, send, xtask};

use crate::class::School;

const ASSIGNMENT: &str = "title = \"One\"\n[[exercise]]\nid = \"01\"\npoints = 10\ncredit = \"scenarios\"\n";

/// Students who handed in programs of the corpus, some of them the same.
fn school() -> School {
    let school = School::new();
    let solutions = root().join("solutions/01-lost-update");
    let programs = ["lib.rs", "starter.rs", "wrong/exchange_once.rs", "wrong/lock_around_the_read.rs", "lib.rs"];
    for (number, program) in programs.iter().enumerate() {
        let text = std::fs::read(solutions.join(program)).unwrap();
        school.file(format!("student-{}/01-lost-update/src/lib.rs", number + 1), text);
    }
    school.file("student-6/01-lost-update.rs", "fn main() {");
    school.beside("assignment.toml", ASSIGNMENT);
    school.beside("roster.csv", "id\nstudent-1\nstudent-2\nstudent-3\nstudent-4\nstudent-5\nstudent-6\nstudent-7\n");
    school
}

fn grade(school: &School, arguments: &[&str]) -> Command {
    let mut command = xtask();
    command.arg("grade").args(arguments);
    if matches!(arguments.first(), Some(&"plan") | None) {
        command.arg(school.submissions()).arg("--assignment").arg(school.path("assignment.toml"));
        command.arg("--roster").arg(school.path("roster.csv")).arg("--out").arg(school.path("out"));
    } else {
        command.arg(school.path("out"));
    }
    command
}

fn ended(command: &mut Command, status: i32) -> Output {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{said}");
    output
}

fn results(school: &School) -> String {
    std::fs::read_to_string(school.path("out/results.jsonl")).unwrap()
}

/// What matters of the records, for a snapshot.
fn marks(school: &School) -> String {
    let line = |line: &str| {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| record[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {} {} {}", text("student"), text("status"), text("verdict"), record["mark"], text("like"))
    };
    results(school).lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_class_is_graded_and_a_second_run_judges_nothing_and_says_the_same() {
    let school = school();
    ended(&mut grade(&school, &[]), 0);
    assert_snapshot!(marks(&school), @"
    student-1 graded passed 10.0 -
    student-2 graded assertion-failed 0.0 -
    student-3 graded assertion-failed 6.0 solutions/01-lost-update/wrong/exchange_once.rs
    student-4 graded assertion-failed 6.0 solutions/01-lost-update/wrong/lock_around_the_read.rs
    student-5 graded passed 10.0 -
    student-6 graded compile-error 0.0 -
    student-7 missing - 0.0 -
    ");
    let first = results(&school);
    let started = Instant::now();
    let again = ended(&mut grade(&school, &[]), 0);
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("0 judged, 5 judged before"), "{said}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(results(&school), first);
    for name in ["report.html", "pages/student-2/index.html", "pages/student-2/01-lost-update.html", "export/junit.xml"]
    {
        assert!(school.path("out").join(name).is_file(), "{name}");
    }
}

#[test]
fn parts_come_to_the_same_as_the_whole_and_a_part_that_is_missing_is_no_zero() {
    let school = school();
    ended(&mut grade(&school, &["plan", "--shards", "3"]), 0);
    ended(&mut grade(&school, &["run", "--shard", "4/4"]), 2);
    ended(&mut grade(&school, &["run", "--shard", "3/3"]), 0);
    ended(&mut grade(&school, &["run", "--shard", "1/3"]), 0);
    let merged = ended(&mut grade(&school, &["merge"]), 3);
    let said = String::from_utf8_lossy(&merged.stderr);
    assert_snapshot!(said.lines().last().unwrap_or_default(), @"error: what could not be judged has no mark: run its shards again, and then `merge`");
    assert_snapshot!(marks(&school), @"
    student-1 graded passed 10.0 -
    student-2 internal-error internal-error null -
    student-3 graded assertion-failed 6.0 solutions/01-lost-update/wrong/exchange_once.rs
    student-4 graded assertion-failed 6.0 solutions/01-lost-update/wrong/lock_around_the_read.rs
    student-5 graded passed 10.0 -
    student-6 internal-error internal-error null -
    student-7 missing - 0.0 -
    ");
    ended(&mut grade(&school, &["run", "--shard", "2/3"]), 0);
    ended(&mut grade(&school, &["merge"]), 0);
    let parts = results(&school);
    std::fs::remove_dir_all(school.path("out")).unwrap();
    ended(&mut grade(&school, &[]), 0);
    assert_eq!(results(&school), parts);
}

#[test]
fn a_run_that_is_killed_goes_on_where_it_was_and_leaves_nothing_behind() {
    let school = school();
    let units = school.path("out/units");
    let settled = || std::fs::read_dir(&units).map_or(0, Iterator::count);
    for (signal, enough) in [("-TERM", 1), ("-INT", 2), ("-KILL", 3)] {
        let mut command = grade(&school, &[]);
        let mut child = command.arg("--jobs=1").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(120);
        while settled() < enough && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it does not get on");
            std::thread::sleep(Duration::from_millis(20));
        }
        send(signal, child.id());
        child.wait().unwrap();
        assert!(settled() >= enough);
    }
    assert!(nothing_runs_for(&school.path("out")));
    let output = ended(&mut grade(&school, &[]), 0);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!said.contains("5 judged, 0 judged before"), "{said}");
    let resumed = results(&school);
    std::fs::remove_dir_all(school.path("out")).unwrap();
    ended(&mut grade(&school, &[]), 0);
    assert_eq!(results(&school), resumed);
}

/// Whether no process has `folder` in its arguments, within a few seconds.
fn nothing_runs_for(folder: &Path) -> bool {
    let folder = folder.to_string_lossy().into_owned();
    let runs = || {
        let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
        lines.filter(|line| String::from_utf8_lossy(line).contains(&folder)).count()
    };
    let deadline = Instant::now() + Duration::from_secs(5);
    while runs() > 0 && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(50));
    }
    runs() == 0
}

#[test]
fn private_scenarios_that_the_right_fix_does_not_pass_give_nobody_a_zero() {
    let school = school();
    school.beside("private/01-lost-update/hidden/shuttle.rs", "/// It holds.\npub fn of_no_program() { missing() }\n");
    school.beside("assignment.toml", &format!("overlay = \"private\"\n{ASSIGNMENT}"));
    let output = ended(&mut grade(&school, &[]), 3);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_snapshot!(said.lines().last().unwrap_or_default(), @"error: nobody could pass the private scenarios of 01-lost-update: the right fix solutions/01-lost-update/lib.rs does not (compile-error: the hidden tests cannot use this program: `missing` is missing)");
    assert!(!school.path("out/results.jsonl").exists());
}

#[test]
fn what_does_not_exist_is_bad_usage() {
    let school = school();
    let said = |arguments: &[&str]| {
        let mut command = xtask();
        let output = ended(command.arg("grade").args(arguments), 2);
        String::from_utf8_lossy(&output.stderr).lines().next().unwrap_or_default().to_owned()
    };
    let out = school.path("out").display().to_string();
    let submissions = school.submissions().display().to_string();
    assert_snapshot!(said(&["nowhere", "--out", &out]), @"error: there is no nowhere");
    let wrong = school.beside("wrong.toml", "title = \"One\"\n[[exercise]]\nid = \"deadlok\"\n").display().to_string();
    let complaint = said(&[&submissions, "--out", &out, "--assignment", &wrong]);
    assert_snapshot!(complaint.replace(&wrong, "FILE"), @"error: FILE is no assignment: there is no exercise `deadlok`; did you mean 03-deadlock or 42-pool-self-deadlock?");
    assert_snapshot!(said(&[&submissions, "--out", &out, "--sandbox", "chroot"]), @"error: invalid value 'chroot' for '--sandbox <NAME>': there is no sandbox `chroot`: it is `bubblewrap` or `landlock`");
    assert_snapshot!(said(&[&submissions, "--out", &out, "--format", "pdf"]), @"error: invalid value 'pdf' for '--format <FORMAT>': there is no format `pdf`: there are gradescope, classroom, exercism, junit, canvas, nbgrader, jplag");
    let empty = school.path("empty");
    std::fs::create_dir(&empty).unwrap();
    let empty = empty.display().to_string();
    let without = |text: String| text.replace(&school.path("").display().to_string(), "");
    assert_snapshot!(without(said(&[&empty, "--out", &out])), @"error: empty holds no submission");
    assert_snapshot!(without(said(&[&submissions, "--out", &format!("{submissions}/out")])), @"error: submissions/out lies among the submissions, and would be taken for one: name another DIR");
    let begun = ["run", "merge"].map(|command| without(said(&[command, &empty])));
    assert_eq!(begun[0], begun[1]);
    assert_eq!(begun[0], without(said(&["export", "canvas", &empty])));
    assert_snapshot!(begun[0], @"error: there is no grading in empty: `cargo xtask grade plan` begins one");
    let says = |line: &str| {
        let task = format!("title = \"One\"\n{line}\n[[exercise]]\nid = \"deadlock\"\n");
        let task = if line.is_empty() { format!("{task}[exercise.weights]\nnever = 2\n") } else { task };
        let file = school.beside("assignment.toml", &task).display().to_string();
        without(said(&[&submissions, "--out", &out, "--assignment", &file]))
    };
    assert_snapshot!(says("").split("; it has").next().unwrap_or_default(), @"error: 03-deadlock has no scenario `never` that could weigh something");
    school.beside("private/03-deadlok/hidden/shuttle.rs", "");
    assert_snapshot!(says("overlay = \"private\""), @"error: private/03-deadlok: there is no exercise with this id");
    school.beside("secret/03-deadlock/shuttle.rs", "");
    assert_snapshot!(says("overlay = \"secret\""), @"error: secret/03-deadlock holds no private scenarios: they lie in secret/03-deadlock/hidden/shuttle.rs");
}
