//! What a learner meets between two checks: hints, solutions, a fresh start, and what is kept of all that.

use std::path::Path;
use std::process::{Command, Stdio};

use exercise::{FixKind, fixes};
use insta::assert_snapshot;
use judge::{Judgement, Recogniser};
use repo_tests::{ending, repository, root, xtask};

/// A command without a terminal, as a script starts it.
fn xtask_in(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = xtask();
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env_remove("CARGO_TARGET_DIR");
    command
}

fn progress(repository: &Path) -> String {
    let text = std::fs::read_to_string(repository.join("progress.toml")).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with("date = ")).map(|line| format!("{line}\n")).collect()
}

/// What the last check has found.
fn failed_with(repository: &Path, verdict: &str) {
    let folder = repository.join("target/kata/failures");
    std::fs::create_dir_all(&folder).unwrap();
    let failure = serde_json::json!({
        "file": "exercises/01-first/src/lib.rs", "engine": "shuttle", "scenario": "stops", "verdict": verdict,
        "schedule": null, "trace": null,
    });
    std::fs::write(folder.join("01-first.json"), failure.to_string()).unwrap();
}

#[test]
fn hints_come_one_stage_at_a_time_and_are_recorded() {
    let repository = repository();
    let hint = || ending(&mut xtask_in(repository.path(), &["hint", "1"]));
    assert_snapshot!(hint(), @"
    status 0
    --- stdout
    01-first: The First program

    hint 1 of 3: what to look at

    What stops?

    when you want the next one: cargo xtask hint 01-first
    ");
    hint();
    assert_snapshot!(hint(), @"
    status 0
    --- stdout
    01-first: The First program

    hint 3 of 3: the shape of a fix

    Like a ring.

    that was the last one; all of them again: cargo xtask hint 01-first --all
    ");
    assert!(hint().contains("you have seen all hints"));
    assert_snapshot!(progress(repository.path()), @"
    # What you have done, kept by `cargo xtask`. Commit this file if you like.

    [seen.01-first]
    hints = 4
    ");
}

#[test]
fn a_hint_speaks_to_how_the_last_check_failed() {
    let repository = repository();
    let mut first = xtask_in(repository.path(), &["hint"]);
    first.output().unwrap();
    failed_with(repository.path(), "livelock");
    assert_snapshot!(ending(&mut xtask_in(repository.path(), &["hint"])), @"
    status 0
    --- stdout
    01-first: The First program

    hint 2 of 3: where it goes wrong

    It does not stop: it turns in circles.

    when you want the next one: cargo xtask hint 01-first
    ");
}

#[test]
fn all_hints_are_shown_after_a_question_only() {
    let repository = repository();
    assert_snapshot!(ending(&mut xtask_in(repository.path(), &["hint", "first", "--all"])), @"
    status 2
    --- stderr
    error: 3 of the 3 hints for 01-first are new. Read them all? This is no terminal: `--yes` answers the question.
    ");
    assert_eq!(progress(repository.path()), "");
    let all = ending(&mut xtask_in(repository.path(), &["hint", "first", "--all", "--yes"]));
    assert!(all.contains("What stops?") && all.contains("In the middle.") && all.contains("Like a ring."), "{all}");
    assert!(progress(repository.path()).contains("hints = 4"));
}

#[test]
fn the_solution_is_shown_after_a_question_and_recorded() {
    let repository = repository();
    let refused = ending(&mut xtask_in(repository.path(), &["solution", "1"]));
    assert!(refused.starts_with("status 2\n") && refused.contains("`--yes` answers"), "{refused}");
    assert_eq!(progress(repository.path()), "");
    assert_snapshot!(ending(&mut xtask_in(repository.path(), &["solution", "1", "--yes"])), @"
    status 0
    --- stdout
    01-first: The First program

    solutions/01-first/README.md explains why it broke, and what each fix costs

    solutions/01-first/lib.rs

      - //! Nothing yet.
      + //! Something.

    solutions/01-first/right/nothing.rs
      idea: nothing at all.
      cost: nothing happens.

      - //! Nothing yet.
      + //! Nothing.
    ");
    assert!(progress(repository.path()).contains("solution = true"));
}

#[test]
fn the_solution_of_a_solved_exercise_is_shown_without_a_question() {
    let repository = repository();
    let solved = "[solved.01-first]\ndate = 2026-01-31\nattempts = 1\n";
    std::fs::write(repository.path().join("progress.toml"), solved).unwrap();
    assert!(ending(&mut xtask_in(repository.path(), &["solution", "1"])).starts_with("status 0\n"));
    assert_eq!(std::fs::read_to_string(repository.path().join("progress.toml")).unwrap(), solved);
}

#[test]
fn a_reset_keeps_every_version_of_the_file() {
    let repository = repository();
    let file = repository.path().join("exercises/01-first/src/lib.rs");
    let starter = std::fs::read_to_string(&file).unwrap();
    let reset = || ending(&mut xtask_in(repository.path(), &["reset", "1"]));
    assert_snapshot!(reset(), @"
    status 0
    --- stdout
    exercises/01-first/src/lib.rs is as it was shipped already
    ");
    std::fs::write(&file, "// mine").unwrap();
    assert_snapshot!(reset(), @"
    status 0
    --- stdout
    exercises/01-first/src/lib.rs is as it was shipped
    your version is exercises/01-first/kept/lib-1.rs
    ");
    std::fs::write(&file, b"// mine, \xff").unwrap();
    assert!(reset().contains("lib-2.rs"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), starter);
    let kept = repository.path().join("exercises/01-first/kept");
    assert_eq!(std::fs::read(kept.join("lib-1.rs")).unwrap(), b"// mine");
    assert_eq!(std::fs::read(kept.join("lib-2.rs")).unwrap(), b"// mine, \xff");
}

#[test]
fn list_leaves_out_what_was_not_asked_for() {
    let repository = repository();
    let list = |arguments: &[&str]| ending(&mut xtask_in(repository.path(), &[&["list"], arguments].concat()));
    assert_snapshot!(list(&["--track", "atomics"]), @"
    status 0
    --- stdout
    Atomics and the memory model
      03-third  ●●●●●  What the Third program does, in one line.

    0 of 1 solved
    ");
    assert!(list(&["--difficulty", "3"]).contains("02-second-step"));
    assert_snapshot!(list(&["--engine", "loom", "--unsolved", "--json"]), @r#"
    status 0
    --- stdout
    {"schema":1,"exercises":[]}
    "#);
    assert_snapshot!(list(&["--track", "atomic"]), @"
    status 2
    --- stderr
    error: invalid value 'atomic' for '--track <TRACK>': the tracks are shared-state, messages, atomics, async, pools, processes, production

    For more information, try '--help'.
    ");
}

/// A judgement as a program that is declared so gets it.
fn judged(exercise: &exercise::Exercise, declared: &exercise::Declared) -> Judgement {
    let exercise_id = &exercise.id;
    let mut judgement = Judgement::internal_error(exercise_id, String::new());
    judgement.verdict = declared.verdict;
    judgement.kind = declared.kind;
    judgement.scenario.clone_from(&declared.scenario);
    judgement
}

#[test]
fn every_wrong_fix_of_the_corpus_is_recognised_and_no_right_one_is_taken_for_it() {
    let bench = repo_tests::bench();
    for exercise in repo_tests::exercises() {
        let fixes = fixes(root(), &exercise).unwrap();
        let text = |path: &Path| std::fs::read_to_string(root().join(path)).unwrap();
        let recogniser = Recogniser::new(bench.workspace(), &exercise).unwrap();
        let recognise = |path: &Path, judgement: &Judgement| recogniser.recognise(&text(path), judgement).unwrap();
        for wrong in &fixes {
            let FixKind::Wrong { declared, why } = &wrong.kind else { continue };
            let failed = judged(&exercise, declared);
            let known = recognise(&wrong.path, &failed);
            assert_eq!(known.map(|known| known.lesson).as_deref(), Some(why.as_str()), "{}", wrong.path.display());
            for right in fixes.iter().filter(|fix| !matches!(fix.kind, FixKind::Wrong { .. })) {
                let known = recognise(&right.path, &failed);
                assert_eq!(known, None, "{} is like {}", right.path.display(), wrong.path.display());
            }
        }
        let mut passed = Judgement::internal_error(&exercise.id, String::new());
        passed.verdict = kata_trace::Verdict::Passed;
        assert!(fixes.iter().all(|fix| recognise(&fix.path, &passed).is_none()));
    }
}

/// What somebody else would write for the same idea.
#[test]
fn a_wrong_fix_in_other_words_is_recognised() {
    let exercise = repo_tests::exercise("03-deadlock");
    let starter = std::fs::read_to_string(root().join(exercise.starter())).unwrap();
    let waiting = "let mut credit = creditor.balance.lock().unwrap();";
    let trying = "let mut receiving = loop {
            match creditor.balance.try_lock() {
                Ok(guard) => break guard,
                Err(_) => thread::yield_now(),
            }
        };";
    let attempt = starter.replace(waiting, trying).replace("*credit +=", "*receiving +=");
    let judgement = {
        let mut judgement = Judgement::internal_error(&exercise.id, String::new());
        judgement.verdict = kata_trace::Verdict::Livelock;
        judgement.scenario = Some("opposite_transfers".to_owned());
        judgement
    };
    let recogniser = Recogniser::new(repo_tests::bench().workspace(), &exercise).unwrap();
    let known = recogniser.recognise(&attempt, &judgement).unwrap();
    let known = known.map(|known| known.fix.path.file_stem().unwrap().to_string_lossy().into_owned());
    assert!(matches!(known.as_deref(), Some("try_while_holding" | "spin_while_holding")), "{known:?}");
}

#[test]
fn doctor_tells_what_an_update_has_brought() {
    let repository = repository();
    let told = || {
        let all = ending(&mut xtask_in(repository.path(), &["doctor"]));
        let is_news = |line: &&str| line.contains(" new ") || line.contains("changed");
        all.lines().filter(is_news).map(|line| format!("{line}\n")).collect::<String>()
    };
    assert_eq!(told(), "", "nothing is new before the first check");
    let own = repository.path().join("exercises/01-first/src/lib.rs");
    let text = std::fs::read_to_string(&own).unwrap();
    std::fs::write(&own, "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> main\n").unwrap();
    let doctor = ending(&mut xtask_in(repository.path(), &["doctor"]));
    assert!(doctor.contains("exercises/01-first/src/lib.rs has the marks of a merge conflict"), "{doctor}");
    std::fs::write(&own, text).unwrap();
    // Nothing can be judged here, but what is checked is met.
    let file = repository.path().join("target/kata/known.json");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let parts = serde_json::json!({ "contract": "0", "tests": "0", "starter": "0" });
    let known = serde_json::json!({ "ids": ["01-first"], "checked": { "01-first": parts } });
    std::fs::write(&file, known.to_string()).unwrap();
    assert_snapshot!(told(), @"
    ✓ new        02-second-step, 03-third
    ✓ changed    01-first: the contract, the hidden tests, the starter; your file is as it was, `cargo xtask reset` takes the new starter
    ");
}

#[test]
fn the_failure_of_another_file_is_not_replayed_as_ones_own() {
    let repository = repository();
    let nothing = ending(&mut xtask_in(repository.path(), &["replay", "1"]));
    assert_snapshot!(nothing, @"
    status 2
    --- stderr
    error: no check of 01-first has failed yet: `cargo xtask check 01-first` finds the interleaving to replay
    ");
    let folder = repository.path().join("target/kata/failures");
    std::fs::create_dir_all(&folder).unwrap();
    let failure = serde_json::json!({
        "file": "attempts/one.rs", "engine": "shuttle", "scenario": "stops", "verdict": "deadlock",
        "schedule": "012", "trace": null,
    });
    std::fs::write(folder.join("01-first.other.json"), failure.to_string()).unwrap();
    let another = ending(&mut xtask_in(repository.path(), &["replay", "1"]));
    assert_snapshot!(another, @"
    status 2
    --- stderr
    error: no check of yours has failed yet; `cargo xtask replay 01-first --file attempts/one.rs` runs the failure of attempts/one.rs again
    ");
}
