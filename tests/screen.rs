//! What is shown in a terminal, looked at in one.
#![cfg(unix)]

use std::path::Path;
use std::process::ExitStatus;

use insta::assert_snapshot;
use judge::Options;
use repo_tests::terminal::Terminal;
use repo_tests::{alone, bench, checkout, ending, exercise, xtask, xtask_in_checkout};

const STARTER: &str = "solutions/03-deadlock/starter.rs";

fn in_terminal(arguments: &[&str]) -> Terminal {
    let mut command = xtask();
    command.args(arguments);
    Terminal::run(command, 120, 40)
}

/// The key of the choice that says this.
#[track_caller]
fn key(screen: &str, choice: &str) -> String {
    let line = screen.lines().find(|line| line.contains(choice));
    let line = line.unwrap_or_else(|| panic!("`{choice}` is no choice:\n{screen}"));
    line.chars().find(char::is_ascii_digit).unwrap().to_string()
}

#[test]
fn a_program_is_broken_by_hand_and_after_undoing_in_another_way() {
    let _alone = alone();
    let game = in_terminal(&["play", "3", "--file", STARTER]);
    let start = game.sees("0 choices");
    assert!(start.contains("who goes on?") && start.contains("main  waits: join t1"), "{start}");

    game.press(&key(&start, "t1  starts: lock balance#1 = 100 :69"));
    let first = game.sees("1 choice,");
    assert!(first.contains("t1 since :69"), "{first}");
    game.press(&key(&first, "t2  starts: lock balance#2 = 100 :69"));
    let broken = game.sees("You broke it: deadlock (lock-cycle)");
    assert!(broken.contains("they take the same two locks in opposite orders"), "{broken}");

    game.press("u");
    game.shows(&first);
    game.press("u");
    game.shows(&start);

    game.press(&key(&start, "t2  starts"));
    let other = game.sees("1 choice,");
    assert!(other.contains("t2 since :69"), "{other}");
    game.press(&key(&other, "t1  starts"));
    game.sees("You broke it: deadlock (lock-cycle)");
    game.press("q");

    let (status, left) = game.ends();
    assert!(status.success(), "{status}");
    let film = bench().workspace().scratch().join("films/03-deadlock-played.html");
    assert!(left.contains("the film of your game: ") && left.contains("t2 waits here for `balance#1`"), "{left}");
    let film = std::fs::read_to_string(film).unwrap();
    assert!(film.contains("deadlock (lock-cycle)") && film.contains("balance#2"));
}

#[test]
fn a_program_that_holds_cannot_be_broken_and_the_player_is_told_so() {
    let _alone = alone();
    let game = in_terminal(&["play", "3", "--file", "solutions/03-deadlock/lib.rs"]);
    let mut choices = 0;
    let end = loop {
        let screen = game.sees(&format!(" {choices} choice"));
        if screen.contains("the end") {
            break screen;
        }
        choices += 1;
        // The last choice preempts.
        game.press(["\r", "j\r"][choices % 2]);
    };
    assert!(choices > 1 && end.contains("It holds in this interleaving"), "{end}");
    assert!(end.contains("Nobody can win here: the checker explored all"), "{end}");
    game.press("r");
    game.sees("0 choices");
    game.press("\u{3}");
    assert!(game.ends().0.success());
}

#[test]
fn whoever_breaks_a_program_by_hand_gets_a_mark() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "screen");
    let mut command = xtask_in_checkout(&checkout);
    command.args(["play", "deadlock", "--scenario", "transfers_in_a_circle"]);
    let game = Terminal::run(command, 120, 40);
    for (choices, thread) in ["t1", "t2", "t3"].iter().enumerate() {
        let screen = game.sees(&format!(" {choices} choice"));
        game.press(&key(&screen, &format!("{thread}  starts")));
    }
    game.sees("You broke it");
    game.press("q");
    game.ends();
    let progress = std::fs::read_to_string(checkout.join("progress.toml")).unwrap();
    assert!(progress.contains("[broke.03-deadlock]\ndate = ") && !progress.contains("solved"), "{progress}");
    let told = ending(xtask_in_checkout(&checkout).arg("progress"));
    assert!(told.contains("03-deadlock") && told.contains("broken by hand"), "{told}");
}

/// The stepper, on the failure of the starter.
fn stepper() -> Terminal {
    let options = Options { remember: false, jobs: 2, ..Options::default() };
    let judged = judge::judge(&bench(), &exercise("03-deadlock"), Path::new(STARTER), options, &mut |_| {}).unwrap();
    let (scenario, schedule) = (judged.judgement.scenario.unwrap(), judged.judgement.schedule.unwrap());
    in_terminal(&["replay", "3", "--step", "--file", STARTER, "--scenario", &scenario, "--schedule", &schedule])
}

#[test]
fn a_failure_is_walked_through_forward_back_and_by_jumps() {
    let _alone = alone();
    let stepper = stepper();
    let start = stepper.sees("step 0 of ");
    let steps = start.split("step 0 of ").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let at = |step: &str| format!("step {step} of {steps}");
    stepper.press("l");
    stepper.sees(&at("1"));
    stepper.press("\u{1b}[C");
    let second = stepper.sees(&at("2"));
    stepper.press("l");
    stepper.sees(&at("3"));
    stepper.press("h");
    stepper.shows(&second);
    stepper.press("G");
    let end = stepper.sees(&at(&steps));
    assert!(end.contains("Each waits for the lock that the other holds"), "{end}");
    stepper.press("l");
    stepper.press("g");
    stepper.shows(&start);
    stepper.press("n");
    let switch = stepper.sees("▶   4→");
    assert!(switch.contains("t1 since :69"), "{switch}");
    stepper.press("n");
    stepper.sees("▶   5⇄");
    stepper.press("N");
    stepper.sees("▶   4→");
    stepper.press(".");
    let other = stepper.sees("▶   6");
    assert!(other.contains("›mutex balance#1"), "{other}");
    stepper.press("?");
    stepper.sees("next context switch");

    stepper.resize(30, 8);
    stepper.sees("make it larger");
    stepper.resize(100, 30);
    stepper.sees(&at("6"));
    stepper.press("qq");
    assert!(stepper.ends().0.success());
}

/// It cannot be run again, but it was recorded.
#[test]
fn a_failure_on_threads_of_the_operating_system_is_walked_through_as_it_was_seen() {
    let _alone = alone();
    let starter = ["--file", "solutions/30-blocked-reactor/starter.rs"];
    ending(xtask().args(["check", "30"]).args(starter));
    let stepper = in_terminal(&[&["replay", "30", "--step"][..], &starter].concat());
    let start = stepper.sees("step 0 of ");
    assert!(start.contains("blocked-executor in others_get_their_turn"), "{start}");
    stepper.press("G");
    stepper.sees("is not polled meanwhile");
    stepper.press("q");
    assert!(stepper.ends().0.success());
}

/// The programs that draw.
#[cfg(target_os = "linux")]
fn stages() -> Vec<std::path::PathBuf> {
    repo_tests::running_below(&bench().workspace().scratch().join("tools"))
}

fn signal(signal: &str, terminal: &Terminal) {
    repo_tests::send(signal, terminal.id());
}

fn by_signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[test]
#[cfg(target_os = "linux")]
fn a_signal_leaves_a_clean_terminal_and_nothing_running() {
    let _alone = alone();
    for (name, number) in [("-TERM", 15), ("-INT", 2), ("-KILL", 9)] {
        let stepper = stepper();
        stepper.sees("step 0 of ");
        assert_eq!(stages().len(), 1);
        signal(name, &stepper);
        // The terminal is closed when the last program that has it open has ended.
        let (status, _) = stepper.ends();
        assert_eq!(by_signal(status), Some(number), "{name}");
        assert_eq!(stages().len(), 0, "{name}");
    }
    let game = in_terminal(&["play", "3", "--file", STARTER]);
    game.sees("0 choices");
    signal("-TERM", &game);
    assert_eq!(by_signal(game.ends().0), Some(15));
    assert_eq!(stages().len(), 0);
}

#[test]
fn without_a_terminal_it_is_said_what_to_do() {
    assert_snapshot!(ending(xtask().args(["play", "3", "--file", STARTER])), @"
    status 2
    --- stderr
    error: a game needs a terminal, and the standard input or output is none
    ");
    let step = ["replay", "3", "--step", "--scenario", "opposite_transfers", "--schedule", "0"];
    assert_snapshot!(ending(xtask().args(step)), @"
    status 2
    --- stderr
    error: walking through an execution needs a terminal, and the standard input or output is none: `cargo xtask replay 03-deadlock` prints it, `cargo xtask film 03-deadlock` makes a page of it
    ");
}

#[test]
fn what_cannot_be_played_is_said_with_the_reason() {
    let told = |arguments: &[&str]| ending(xtask().arg("play").args(arguments));
    assert_snapshot!(told(&["19"]), @"
    status 2
    --- stderr
    error: 19-relaxed-publish cannot be played by hand: it is about weak memory, where not only who goes on is open at each step, but also which of several values a load sees
    ");
    assert_snapshot!(told(&["30"]), @"
    status 2
    --- stderr
    error: 30-blocked-reactor cannot be played by hand: it runs on threads of the operating system, and nobody can decide for them who goes on
    ");
    assert_snapshot!(told(&["3", "--scenario", "nothing"]), @"
    status 2
    --- stderr
    error: 03-deadlock has no scenario `nothing`
    ");
}
