//! Interleavings that are run again, and shown.

use std::path::{Path, PathBuf};

use exercise::Engine;
use insta::assert_snapshot;
use judge::{Judgement, Options, Replayed, Schedule};
use kata_trace::Verdict;
use repo_tests::{bench, copy, ending, exercise, root, xtask};

/// How often a schedule is run again.
const REPETITIONS: usize = 5;

fn replay(name: &str, file: &str, engine: Engine, scenario: &str, tokens: &str) -> Replayed {
    let schedule = Schedule { engine, scenario, tokens };
    judge::replay(&bench(), &exercise(name), Path::new(file), schedule, &mut |_| {}).unwrap()
}

fn timeless(mut judgement: Judgement) -> Judgement {
    judgement.ms = judge::Milliseconds::default();
    judgement.scenarios.iter_mut().for_each(|scenario| scenario.ms = 0);
    judgement
}

#[test]
fn a_schedule_that_fails_fails_again_step_by_step() {
    for name in ["01-lost-update", "03-deadlock", "19-relaxed-publish"] {
        let file = format!("solutions/{name}/starter.rs");
        let options = Options { remember: false, jobs: 2, ..Options::default() };
        let judged = judge::judge(&bench(), &exercise(name), Path::new(&file), options, &mut |_| {}).unwrap();
        let failed = judged.judgement;
        let (engine, scenario) = (failed.engine.unwrap(), failed.scenario.clone().unwrap());
        let schedule = failed.schedule.clone().unwrap();
        for _ in 0..REPETITIONS {
            let Replayed::Ran(again) = replay(name, &file, engine, &scenario, &schedule) else {
                panic!("the schedule of {name} does not apply to the file that it was found in");
            };
            let again = timeless(*again);
            assert_eq!((again.verdict, again.kind, &again.at), (failed.verdict, failed.kind, &failed.at), "{name}");
            assert_eq!(again.execution(), failed.execution(), "{name}");
            assert_eq!(again.schedule, failed.schedule, "{name}");
        }
    }
}

/// A bank that takes a lock twice for less than 3, which only generated orders move.
#[test]
fn a_generated_input_that_fails_becomes_as_small_as_it_can_and_is_replayed() {
    let right = std::fs::read_to_string(root().join("solutions/03-deadlock/lib.rs")).unwrap();
    let check = "        self.check(*debit, &Transfer { from, to, amount })?;\n        *debit -= amount;";
    let forgetful = "        if amount < 3 {
            let before = *debit;
            drop(debit);
            debit = debtor.balance.lock().unwrap();
            *debit = before;
        }\n";
    assert!(right.contains(check));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, right.replace(check, &format!("{forgetful}{check}"))).unwrap();

    let options = Options { remember: false, jobs: 2, ..Options::default() };
    let judged = judge::judge(&bench(), &exercise("03-deadlock"), &file, options, &mut |_| {}).unwrap();
    let failed = judged.judgement;
    assert_snapshot!(failed.message, @"3 threads wait for ever, with the tellers' orders ([1 → 1048577: 1], [1048577 → 1: 1])");
    let (engine, scenario) = (failed.engine.unwrap(), failed.scenario.clone().unwrap());
    let schedule = failed.schedule.clone().unwrap();
    let file = file.to_str().unwrap();
    let Replayed::Ran(again) = replay("03-deadlock", file, engine, &scenario, &schedule) else {
        panic!("the schedule does not apply to the file that it was found in");
    };
    assert_eq!(
        (&again.message, again.execution(), &again.schedule),
        (&failed.message, failed.execution(), &failed.schedule)
    );
}

#[test]
fn the_empty_schedule_is_an_execution_of_every_right_program() {
    for (name, engine) in [("03-deadlock", Engine::Shuttle), ("19-relaxed-publish", Engine::Loom)] {
        let file = format!("solutions/{name}/lib.rs");
        let scenario = &exercise(name).manifest.scenario;
        let Replayed::Ran(ran) = replay(name, &file, engine, scenario, "") else { panic!("it diverged: {name}") };
        assert_eq!(ran.verdict, Verdict::Passed, "{name}");
        assert!(!ran.execution().unwrap().events.is_empty(), "{name}");
    }
}

#[test]
fn a_schedule_of_another_program_tells_where_it_does_not_apply() {
    let name = "02-double-spend";
    let right = "solutions/02-double-spend/right/holds.rs";
    let replayed = replay(name, right, Engine::Shuttle, "one_balance_pays_once", "01222110");
    let Replayed::Diverged { divergence, before } = replayed else { panic!("it applies") };
    assert_eq!((divergence.decision, divergence.wanted, divergence.possible), (4, 2, vec![1]));
    assert_eq!(before.unwrap().events.len(), 8);
}

#[test]
fn any_explored_execution_of_a_file_that_passes_becomes_a_film() {
    let folder = tempfile::tempdir().unwrap();
    let film = |execution: &str| {
        let out = folder.path().join(format!("{execution}.html"));
        let mut film = xtask();
        film.args(["film", "3", "--file", "solutions/03-deadlock/lib.rs", "--scenario", "opposite_transfers"]);
        (ending(film.args(["--execution", execution, "--out"]).arg(&out)), std::fs::read_to_string(out))
    };
    let (ends, first) = film("1");
    assert!(ends.starts_with("status 0\n"), "{ends}");
    let second = film("2").1.unwrap();
    assert!(second.contains("opposite_transfers"));
    assert_ne!(first.unwrap(), second);
    assert_snapshot!(film("7").0, @"
    status 2
    --- stderr
    error: opposite_transfers has only 6 executions to explore
    ");
}

/// The command line, on an exercise that no other test checks: what it keeps of the last failure is one file.
#[test]
fn the_last_failure_is_replayed_on_the_file_as_it_is() {
    let xtask = |arguments: &[&str]| ending(xtask().args(arguments));
    let starter = ["--file", "solutions/02-double-spend/starter.rs"];
    xtask(&[&["check", "2"][..], &starter].concat());

    let again = xtask(&[&["replay", "2"][..], &starter].concat());
    assert!(again.starts_with("status 1\n"), "{again}");
    assert!(again.contains("assertion-failed in one_balance_pays_once"), "{again}");
    assert!(!again.contains("another way"), "{again}");

    let diverged = xtask(&["replay", "2", "--file", "solutions/02-double-spend/right/holds.rs"]);
    assert_snapshot!(diverged, @"
    status 1
    --- stdout
    02-double-spend: The wallet that paid twice

    of solutions/02-double-spend/right/holds.rs

    ✗ the schedule no longer applies: after step 8, its decision 4 lets t2 go on, and only t1 can go on there

    up to there:

      step │ main                      │ t1                       │ t2
    ───────┼───────────────────────────┼──────────────────────────┼────────────────
        1  │ spawn t1 test:17          │                          │
        2  │ spawn t2 test:18          │                          │
        3  │ join t1 … blocked test:19 │                          │
        4→ │                           │ lock funds :91           │
        5  │                           │ change funds :95, unlock │
        6⇄ │                           │                          │ lock funds :91
        7  │                           │                          │ unlock funds
        8  │                           │                          │ ends
           → the one before waits, yielded or ended   ⇄ preemption: it could go on
    ");

    let version = xtask(&["replay", "2", "--file", "solutions/02-double-spend/right/version.rs"]);
    let end: Vec<&str> = version.lines().rev().take(3).collect();
    assert!(version.starts_with("status 0\n"), "{version}");
    assert_snapshot!(end.into_iter().rev().collect::<Vec<_>>().join("\n"), @"
    At step 15 it goes another way than the failure did: `t1: lock account :134`, not `t1: lock history :86`.

    one_balance_pays_once holds in this interleaving. Whether it holds in the others, `cargo xtask check 02-double-spend` tells.
    ");

    let json = xtask(&["replay", "2", "--json", "--file", "solutions/02-double-spend/right/holds.rs"]);
    let json = json.strip_prefix("status 1\n--- stdout\n").expect("one object");
    let answer: serde_json::Value = serde_json::from_str(json).unwrap();
    assert_eq!((&answer["applies"], &answer["diverged"]["decision"]), (&false.into(), &4.into()));
}

#[test]
fn nothing_is_replayed_before_a_check_has_failed() {
    let repository = tempfile::tempdir().unwrap();
    copy(&root().join("tests/fixtures/repository"), repository.path());
    assert_snapshot!(ending(xtask().current_dir(repository.path()).args(["replay", "1"])), @"
    status 2
    --- stderr
    error: no check of 01-first has failed yet: `cargo xtask check 01-first` finds the interleaving to replay
    ");
}

#[test]
fn a_schedule_cannot_be_forced_upon_threads_of_the_operating_system() {
    let arguments = ["replay", "30", "--scenario", "others_get_their_turn", "--schedule", "01"];
    assert_snapshot!(ending(xtask().args(arguments)), @"
    status 2
    --- stderr
    error: others_get_their_turn runs on threads of the operating system, and no schedule can be forced upon them: `cargo xtask check 30-blocked-reactor` shows the failure again
    ");
}

fn film(arguments: &[&str], name: &str) -> (String, PathBuf) {
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("films").join(name);
    let _ = std::fs::remove_file(&out);
    let ending = ending(xtask().arg("film").args(arguments).arg("--out").arg(&out));
    (ending.replace(&out.display().to_string(), "OUT"), out)
}

fn data(film: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(film).unwrap();
    assert!(text.len() < 300_000, "{}", text.len());
    let (_, data) = text.split_once("id=\"film\">").unwrap();
    serde_json::from_str(data.split_once("</script").unwrap().0).unwrap()
}

#[test]
fn a_film_shows_how_a_file_fails() {
    let (ending, out) = film(&["1", "--file", "solutions/01-lost-update/starter.rs"], "fails.html");
    assert!(ending.starts_with("status 0\n--- stdout\nOUT\n"), "{ending}");
    let data = data(&out);
    let last = data["steps"].as_array().unwrap().last().unwrap();
    assert!(last["text"].as_str().unwrap().contains("fails"), "{last}");
    assert_eq!(data["files"][0]["name"], "solutions/01-lost-update/starter.rs");
}

#[test]
fn a_film_of_a_file_that_passes_shows_an_execution_that_holds() {
    let (ending, out) = film(&["1", "--file", "solutions/01-lost-update/lib.rs"], "passes.html");
    assert!(ending.starts_with("status 0\n--- stdout\nOUT\n"), "{ending}");
    assert_eq!(data(&out)["ends"], serde_json::json!([]));
    let text = std::fs::read_to_string(&out).unwrap();
    assert!(text.contains("held in "), "{text}");
}

#[test]
fn there_is_no_film_of_a_file_that_does_not_compile() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    std::fs::write(&file, "fn (").unwrap();
    let (ending, out) = film(&["1", "--file", &file.display().to_string()], "none.html");
    assert!(ending.starts_with("status 1\n"), "{ending}");
    assert!(!out.exists());
}
