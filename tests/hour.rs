//! A learner's first hour, in a real terminal.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use repo_tests::terminal::Terminal;
use repo_tests::{alone, checkout, ending, root, send, target, xtask_in_checkout};

/// A learner, and what is on the desk.
struct Learner {
    checkout: PathBuf,
    watch: Terminal,
}

impl Learner {
    /// Starts to watch the bank, in a repository as it was cloned.
    fn new(arguments: &[&str]) -> Self {
        let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "hour");
        std::fs::copy(root().join("solutions/03-deadlock/starter.rs"), bank(&checkout)).unwrap();
        let mut command = xtask_in_checkout(&checkout);
        command.args(["watch", "3"]).args(arguments);
        Learner { watch: Terminal::run(command, 120, 100), checkout }
    }

    /// Writes the file as many editors do: a new one takes the place of the old one.
    fn saves(&self, text: &str) {
        let new = bank(&self.checkout).with_extension("rs.new");
        std::fs::write(&new, text).unwrap();
        std::fs::rename(new, bank(&self.checkout)).unwrap();
    }

    /// Saves a program that never ends, and waits until it runs.
    fn saves_what_never_ends(&self) {
        self.saves(&solution("lib.rs").replacen("let debtor", "if amount > 0 { loop {} }\n        let debtor", 1));
        while !a_scenario_runs() {
            std::thread::yield_now();
        }
    }
}

fn bank(checkout: &Path) -> PathBuf {
    checkout.join("exercises/03-deadlock/src/lib.rs")
}

fn solution(name: &str) -> String {
    std::fs::read_to_string(root().join("solutions/03-deadlock").join(name)).unwrap()
}

#[test]
fn a_first_hour_leads_from_a_failure_over_a_hint_and_a_wrong_fix_to_a_belt_and_the_next_exercise() {
    let _alone = alone();
    let learner = Learner::new(&[]);
    learner.watch.sees("they take the same two locks in opposite orders");
    learner.watch.sees("[q]uit");

    learner.watch.press("h");
    learner.watch.sees("hint 1 of 4: what to look at");

    learner.saves(&solution("wrong/try_while_holding.rs"));
    learner.watch.sees("✗ livelock");
    learner.watch.sees("this looks like a fix that many try: try while holding");

    learner.saves(&solution("lib.rs"));
    let solved = learner.watch.sees("solved: press n for the next exercise");
    assert!(solved.contains("passed 03-deadlock") && !solved.contains("livelock"), "{solved}");
    assert!(solved.contains("+20 points, Shared state: "), "{solved}");

    learner.watch.press("n");
    let next = learner.watch.sees("✗ assertion-failed in every_view_counts");
    assert!(next.contains("01-lost-update: "), "{next}");
    learner.watch.press("q");
    assert!(learner.watch.ends().0.success());

    let progress = ending(xtask_in_checkout(&learner.checkout).arg("progress"));
    assert!(progress.contains("✓ 03-deadlock") && progress.contains("1 hint"), "{progress}");
}

#[test]
fn a_save_during_a_check_ends_that_check_and_is_judged() {
    let _alone = alone();
    let learner = Learner::new(&[]);
    learner.watch.sees("[q]uit");
    learner.saves_what_never_ends();
    learner.saves(&solution("lib.rs"));
    let screen = learner.watch.sees("solved: press n for the next exercise");
    assert!(!screen.contains("timed-out"), "{screen}");
    assert!(!a_scenario_runs());
    learner.watch.press("q");
    assert!(learner.watch.ends().0.success());
}

#[test]
fn a_folder_that_tells_nothing_is_looked_at_again_and_again() {
    let _alone = alone();
    let learner = Learner::new(&["--poll"]);
    learner.watch.sees("[q]uit");
    learner.saves(&solution("wrong/one_lock_for_the_bank.rs"));
    learner.watch.sees("✗ not-concurrent");
    learner.watch.press("q");
    assert!(learner.watch.ends().0.success());
}

#[test]
fn a_watch_that_is_told_to_end_leaves_nothing_running() {
    let _alone = alone();
    let learner = Learner::new(&[]);
    learner.watch.sees("[q]uit");
    learner.saves_what_never_ends();
    send("-TERM", learner.watch.id());
    assert!(!learner.watch.ends().0.success());
    while a_scenario_runs() {
        std::thread::yield_now();
    }
}

/// Whether a scenario's process runs. Nobody else checks anything while these tests run.
fn a_scenario_runs() -> bool {
    let running = repo_tests::running_below(&target().join("kata"));
    running.iter().any(|program| program.components().any(|part| part.as_os_str() == "builds"))
}
