//! The command line, end to end.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use repo_tests::{ending, repository, root, xtask, xtask_in_checkout};
use tempfile::TempDir;

fn solve(repository: &Path, id: &str) {
    let entry = format!("[solved.{id}]\ndate = 2026-01-31\nattempts = 3\n");
    let file = repository.join("progress.toml");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    std::fs::write(file, text + &entry).unwrap();
}

fn xtask_in(folder: &Path) -> Command {
    let mut command = xtask();
    command.current_dir(folder);
    command
}

#[test]
fn list_shows_the_exercises_by_track_and_marks_the_solved_ones() {
    let repository = repository();
    solve(repository.path(), "02-second-step");
    assert_snapshot!(ending(xtask_in(repository.path()).arg("list")), @"
    status 0
    --- stdout
    Shared state
      01-first        ●○○○○  What the First program does, in one line.
    ✓ 02-second-step  ●●●○○  What the Second program does, in one line.

    Atomics and the memory model
      03-third        ●●●●●  What the Third program does, in one line.

    1 of 3 solved
    ");
}

#[test]
fn an_exercise_with_a_broken_manifest_does_not_hide_the_others() {
    let repository = repository();
    std::fs::write(repository.path().join("exercises/02-second-step/exercise.toml"), "title = 3").unwrap();
    let ending = ending(xtask_in(repository.path()).arg("list"));
    assert_snapshot!(ending.replace(&repository.path().display().to_string(), "ROOT"), @"
    status 0
    --- stdout
    Shared state
      01-first  ●○○○○  What the First program does, in one line.

    Atomics and the memory model
      03-third  ●●●●●  What the Third program does, in one line.

    0 of 2 solved
    --- stderr
    warning: 02-second-step is left out: ROOT/exercises/02-second-step/exercise.toml: invalid type: integer `3`, expected a string
    in `title`
    ");
}

#[test]
fn next_shows_the_first_exercise_that_is_not_solved() {
    let repository = repository();
    solve(repository.path(), "01-first");
    let below = repository.path().join("exercises/03-third/src");
    assert_snapshot!(ending(xtask_in(&below).arg("next")), @"
    status 0
    --- stdout
    02-second-step: The Second program
    What the Second program does, in one line.

    read   exercises/02-second-step/README.md
    edit   exercises/02-second-step/src/lib.rs
    check  cargo xtask check 02-second-step
    ");
    solve(repository.path(), "02-second-step");
    solve(repository.path(), "03-third");
    assert_snapshot!(ending(xtask_in(repository.path()).arg("next")), @"
    status 0
    --- stdout
    every exercise is solved
    ");
}

#[test]
fn progress_shows_when_exercises_were_solved() {
    let repository = repository();
    assert_snapshot!(ending(xtask_in(repository.path()).arg("progress")), @"
    status 0
    --- stdout
    Shared state  white belt  0 of 40 points
      · 01-first        10 points
      · 02-second-step  30 points

    Atomics and the memory model  white belt  0 of 50 points
      · 03-third        50 points

    0 of 90 points, 0 of 3 solved
    next: 01-first, see exercises/01-first/README.md
    ");
    solve(repository.path(), "02-second-step");
    assert_snapshot!(ending(xtask_in(repository.path()).arg("progress")), @"
    status 0
    --- stdout
    Shared state  blue belt  30 of 40 points
      · 01-first        10 points
      ✓ 02-second-step  2026-01-31, 3 attempts, no hints

    Atomics and the memory model  white belt  0 of 50 points
      · 03-third        50 points

    30 of 90 points, 1 of 3 solved
    next: 01-first, see exercises/01-first/README.md
    ");
}

#[test]
fn a_progress_file_that_cannot_be_used_is_reported_and_left_alone() {
    let repository = repository();
    let file = repository.path().join("progress.toml");
    std::fs::write(&file, "[solved").unwrap();
    let ending = ending(xtask_in(repository.path()).arg("progress"));
    assert_snapshot!(ending.replace(&repository.path().display().to_string(), "ROOT"), @"
    status 0
    --- stdout
    Shared state  white belt  0 of 40 points
      · 01-first        10 points
      · 02-second-step  30 points

    Atomics and the memory model  white belt  0 of 50 points
      · 03-third        50 points

    0 of 90 points, 0 of 3 solved
    next: 01-first, see exercises/01-first/README.md
    --- stderr
    warning: ROOT/progress.toml cannot be used, and counts as empty: TOML parse error at line 1, column 8
      |
    1 | [solved
      |        ^
    unclosed table, expected `]`
    ");
    assert_eq!(std::fs::read_to_string(file).unwrap(), "[solved");
}

#[test]
fn an_unknown_exercise_is_bad_usage_and_brings_up_the_nearest() {
    let repository = repository();
    assert_snapshot!(ending(xtask_in(repository.path()).args(["check", "secnd"])), @"
    status 2
    --- stderr
    error: there is no exercise `secnd`; did you mean 02-second-step?
    ");
    assert_snapshot!(ending(xtask_in(repository.path()).args(["verify", "7"])), @"
    status 2
    --- stderr
    error: there is no exercise `7`; did you mean 03-third?
    ");
}

#[test]
fn a_command_that_does_not_exist_is_bad_usage() {
    assert_snapshot!(ending(xtask().arg("chekc")), @"
    status 2
    --- stderr
    error: unrecognized subcommand 'chekc'

      tip: a similar subcommand exists: 'check'

    Usage: cargo xtask <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(ending(xtask().arg("check")), @"
    status 2
    --- stderr
    error: the following required arguments were not provided:
      <EXERCISE>

    Usage: cargo xtask check <EXERCISE>

    For more information, try '--help'.
    ");
    assert_snapshot!(ending(xtask().args(["check", "3", "--file", "nowhere.rs"])), @"
    status 2
    --- stderr
    error: there is no file nowhere.rs
    ");
}

#[test]
fn help_names_every_command() {
    assert_snapshot!(ending(xtask().arg("help")), @"
    status 0
    --- stdout
    Small concurrent programs that are broken, and a checker that shows the interleaving that breaks them

    Usage: cargo xtask <COMMAND>

    Commands:
      check        Judge the solution of an exercise
      watch        Judge the solution of an exercise whenever it is saved
      replay       Run the interleaving that the last failing check found again
      play         Be the scheduler: decide who goes on, and break the program
      film         Write an HTML file that shows the interleaving step by step
      run          Run the program itself, which may show the symptom
      hint         Show the next hint
      solution     Show the fixes that work, beside yours
      reset        Begin an exercise again; your version is kept
      list         Show all exercises
      next         Show the next exercise to solve
      progress     Show what is solved
      new          Begin an exercise of your own
      verify       Judge the exercises themselves: starters, right and wrong fixes must get the verdicts they are declared with
      grade        Grade a class: judge what everybody handed in, and write marks and pages
      pack         Pack a kit: for students, for Gradescope, or for GitHub Classroom
      doctor       Look for what could keep the checker from working
      completions  Print completions for a shell
      man          Write pages for the manual
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version
    ");
}

#[test]
fn completions_and_pages_come_from_the_command_line_itself() {
    let completions = ending(xtask().args(["completions", "bash", "--alias", "kk"]));
    assert!(completions.starts_with("status 0\n") && completions.contains("-F _kk"), "{completions}");
    assert_snapshot!(ending(xtask().args(["completions", "tcsh"])), @"
    status 2
    --- stderr
    error: `tcsh` is not a shell that is known here: bash, elvish, fish, powershell, zsh
    ");
    let folder = tempfile::tempdir().unwrap();
    let man = xtask().arg("man").arg(folder.path()).output().unwrap();
    assert!(man.status.success(), "{}", String::from_utf8_lossy(&man.stderr));
    let page = std::fs::read_to_string(folder.path().join("cargo-xtask-check.1")).unwrap();
    assert!(page.contains("Judge the solution of an exercise"), "{page}");
}

#[test]
fn doctor_looks_at_everything() {
    let output = xtask().arg("doctor").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    // What follows the first words differs from machine to machine.
    let marks: Vec<String> = text.lines().skip(2).map(|line| line.split("  ").next().unwrap().to_owned()).collect();
    assert_snapshot!(marks.join("\n"), @"
    ✓ rustc
    ✓ linker
    ✓ disk
    ✓ exercises
    ✓ shuttle world
    ✓ loom world
    ✓ real world
    ✓ sandbox
    ");
}

/// The checker's answer as JSON: exactly one object, and the status.
fn json(arguments: &[&str]) -> (serde_json::Value, Option<i32>) {
    let output = xtask().args(arguments).arg("--json").output().unwrap();
    (serde_json::from_slice(&output.stdout).unwrap(), output.status.code())
}

#[test]
fn check_prints_one_json_object_and_its_status_tells_the_verdict() {
    let (passed, status) = json(&["check", "deadlock", "--file", "solutions/03-deadlock/lib.rs"]);
    assert_eq!((&passed["schema"], &passed["exercise"]), (&1.into(), &"03-deadlock".into()));
    assert_eq!((&passed["verdict"], status), (&"passed".into(), Some(0)));
    assert_eq!((&passed["scenario"], &passed["trace"]), (&serde_json::Value::Null, &serde_json::json!([])));
    let scenarios = passed["scenarios"].as_array().unwrap();
    assert!(scenarios.iter().all(|scenario| scenario["executions"].as_u64() >= Some(1)), "{scenarios:?}");

    let wrong = "solutions/03-deadlock/wrong/one_lock_for_the_bank.rs";
    let (failed, status) = json(&["check", "03-deadlock", "--file", wrong]);
    assert_eq!((&failed["verdict"], status), (&"not-concurrent".into(), Some(1)));
    assert_eq!(failed["scenario"], "disjoint_transfers_overlap");
    let events = failed["trace"].as_array().unwrap();
    assert!(events.iter().any(|event| event["blocked"] == true), "{events:?}");
}

#[test]
fn the_picture_in_the_readme_is_what_the_command_prints() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let picture = readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let starter = "solutions/03-deadlock/starter.rs";
    let output = xtask().args(["check", "3", "--file", starter]).output().unwrap();
    let printed = String::from_utf8(output.stdout).unwrap().replace(starter, "exercises/03-deadlock/src/lib.rs");
    assert_eq!(printed, picture);
}

#[test]
fn a_fault_of_the_checker_is_no_verdict_on_the_learner() {
    let repository = repository();
    std::fs::write(repository.path().join("exercises/02-second-step/exercise.toml"), "title = 3").unwrap();
    let fault = |arguments: &[&str]| {
        let ending = ending(xtask_in(repository.path()).args(arguments));
        ending.replace(&repository.path().display().to_string(), "ROOT")
    };
    assert_snapshot!(fault(&["check", "2"]), @"
    status 3
    --- stderr
    error: ROOT/exercises/02-second-step/exercise.toml: invalid type: integer `3`, expected a string
    in `title`
    ");
    assert_snapshot!(fault(&["check", "2", "--json"]), @r#"
    status 3
    --- stdout
    {"schema":1,"exercise":"02-second-step","verdict":"internal-error","scenario":null,"sandbox":null,"evidence":null,"message":"ROOT/exercises/02-second-step/exercise.toml: invalid type: integer `3`, expected a string\nin `title`","schedule":null,"trace":[],"scenarios":[],"ms":{"compile":0,"run":0,"total":0}}
    "#);
}

#[test]
#[cfg(target_os = "linux")]
fn check_confines_a_program_as_it_is_told() {
    let confined = |sandbox: &str| {
        let (judgement, _) = json(&["check", "3", "--sandbox", sandbox, "--file", "solutions/03-deadlock/lib.rs"]);
        (judgement["verdict"].clone(), judgement["sandbox"].clone())
    };
    assert_eq!(confined("none"), ("passed".into(), serde_json::Value::Null));
    for sandbox in repo_tests::sandboxes() {
        assert_eq!(confined(sandbox.tier().name()), ("passed".into(), sandbox.tier().name().into()));
    }
}

#[test]
fn the_same_file_gets_the_same_answer_byte_for_byte() {
    let answer = || {
        let mut judgement = judgement_of("solutions/03-deadlock/wrong/order_by_balance.rs");
        judgement.ms = judge::Milliseconds::default();
        judgement.scenarios.iter_mut().for_each(|scenario| scenario.ms = 0);
        serde_json::to_string(&judgement).unwrap()
    };
    let first = answer();
    for _ in 0..3 {
        assert_eq!(answer(), first);
    }
}

fn judgement_of(file: &str) -> judge::Judgement {
    let options = judge::Options { remember: false, jobs: 2, ..judge::Options::default() };
    let bench = repo_tests::bench();
    let bank = repo_tests::exercise("03-deadlock");
    judge::judge(&bench, &bank, Path::new(file), options, &mut |_| {}).unwrap().judgement
}

#[test]
fn a_solved_exercise_is_recorded_with_its_attempts_and_the_next_one_is_named() {
    let checkout = repo_tests::checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "checkout");
    let check = || {
        let output = xtask_in_checkout(&checkout).args(["check", "3"]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let learner = checkout.join("exercises/03-deadlock/src/lib.rs");
    let wrong = std::fs::read(root().join("solutions/03-deadlock/wrong/one_lock_for_the_bank.rs")).unwrap();
    let right = std::fs::read(root().join("solutions/03-deadlock/lib.rs")).unwrap();

    // Attempts that a test run has counted which was cut short are forgotten.
    std::fs::write(&learner, &right).unwrap();
    check();
    std::fs::remove_file(checkout.join("progress.toml")).unwrap();

    std::fs::write(&learner, &wrong).unwrap();
    let (status, text) = check();
    assert!(status == Some(1) && text.contains("not-concurrent"), "{text}");
    assert_eq!(check().0, Some(1), "the same file once more is no other attempt");
    assert!(!checkout.join("progress.toml").exists());

    std::fs::write(&learner, &right).unwrap();
    let (status, text) = check();
    assert!(status == Some(0) && text.starts_with("passed 03-deadlock"), "{text}");
    assert!(text.ends_with("next: 01-lost-update, see exercises/01-lost-update/README.md\n"), "{text}");
    let readme = checkout.join("exercises/03-deadlock/README.md");
    let doctor = || String::from_utf8(xtask_in_checkout(&checkout).arg("doctor").output().unwrap().stdout).unwrap();
    assert!(!doctor().contains("changed"), "{}", doctor());
    std::fs::write(&readme, "Another contract.").unwrap();
    assert!(doctor().contains("changed        03-deadlock: the contract; your file is as it was"), "{}", doctor());

    let progress = std::fs::read_to_string(checkout.join("progress.toml")).unwrap();
    let progress = progress.lines().filter(|line| !line.starts_with("date = ")).collect::<Vec<_>>().join("\n");
    assert_snapshot!(progress, @"
    # What you have done, kept by `cargo xtask`. Commit this file if you like.

    [solved.03-deadlock]
    attempts = 2
    ");
}

/// A program that never ends, under the checker.
#[cfg(target_os = "linux")]
struct Endless {
    checker: std::process::Child,
    _folder: TempDir,
}

#[cfg(target_os = "linux")]
impl Endless {
    /// Starts the checker and returns when it runs the program.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let solution = std::fs::read_to_string(root().join("solutions/03-deadlock/lib.rs")).unwrap();
        let marker = "amount: Cents) -> Result<(), TransferError> {\n";
        let file = folder.path().join("lib.rs");
        std::fs::write(&file, solution.replacen(marker, &format!("{marker}        loop {{}}\n"), 1)).unwrap();
        let mut command = xtask();
        command.args(["check", "3", "--file"]).arg(&file).stdout(Stdio::null()).stderr(Stdio::null());
        let checker = command.spawn().unwrap();
        while repo_tests::running_below(&builds()).is_empty() {
            std::thread::yield_now();
        }
        Endless { checker, _folder: folder }
    }

    fn signal(&self, signal: &str) {
        repo_tests::send(signal, self.checker.id());
    }
}

#[cfg(target_os = "linux")]
fn builds() -> PathBuf {
    repo_tests::bench().workspace().scratch().join("builds")
}

#[test]
#[cfg(target_os = "linux")]
fn a_checker_that_is_told_to_end_leaves_nothing_running() {
    let _alone = repo_tests::alone();
    for signal in ["-INT", "-TERM", "-HUP"] {
        let mut endless = Endless::start();
        endless.signal(signal);
        assert!(!endless.checker.wait().unwrap().success());
        ends(signal);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_checker_that_is_killed_takes_the_program_with_it() {
    let _alone = repo_tests::alone();
    let mut endless = Endless::start();
    endless.signal("-KILL");
    endless.checker.wait().unwrap();
    ends("-KILL");
}

/// A program that was killed ends when the system gets round to it; nobody is told when.
#[cfg(target_os = "linux")]
fn ends(signal: &str) {
    let given_up = Instant::now() + Duration::from_secs(10);
    loop {
        let left = repo_tests::running_below(&builds());
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < given_up, "the program still runs after {signal}: {left:?}");
        std::thread::yield_now();
    }
}
