//! The command line, killed at any moment.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kata_trace::Verdict;
use progress::Progress;
use repo_tests::terminal::Terminal;
use repo_tests::{alone, checkout, root, running_below, send, target, xtask_in_checkout};

/// What is killed, how often, and the milliseconds within which that happens: a bit more than it takes.
const KILLS: [(&[&str], u32, u64); 4] =
    [(&["check", "3"], 90, 450), (&["reset", "3"], 40, 40), (&["hint", "3"], 30, 40), (&["watch", "3"], 40, 700)];

/// Where the moments begin: the same in every run, as far as the machine is.
const SEED: u64 = 0x6b61_7461;

/// What was there before anything was killed.
const PROGRESS: &str = "[solved.01-lost-update]\nattempts = 2\n\n[later]\nunknown = true\n";

/// The next of a sequence of numbers that look random (splitmix64).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 20
}

/// A learner's desk.
struct Desk {
    checkout: PathBuf,
    starter: String,
    right: String,
}

impl Desk {
    fn new() -> Self {
        let solution = |name| std::fs::read_to_string(root().join("solutions/03-deadlock").join(name)).unwrap();
        let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "killed");
        let kept = checkout.join("exercises/03-deadlock/kept");
        if kept.exists() {
            std::fs::remove_dir_all(kept).unwrap();
        }
        std::fs::write(checkout.join("progress.toml"), PROGRESS).unwrap();
        Desk { checkout, starter: solution("starter.rs"), right: solution("lib.rs") }
    }

    fn file(&self) -> PathBuf {
        self.checkout.join("exercises/03-deadlock/src/lib.rs")
    }

    /// Whether the learner's version is where it was, or where it is kept.
    fn has(&self, version: &str) -> bool {
        let file = std::fs::read_to_string(self.file()).unwrap();
        assert!(file == version || file == self.starter, "the file is neither the old nor the new one:\n{file}");
        let kept = std::fs::read_dir(self.checkout.join("exercises/03-deadlock/kept")).into_iter().flatten();
        let is_it = |path: PathBuf| std::fs::read_to_string(path).is_ok_and(|text| text == version);
        file == version || kept.into_iter().any(|entry| is_it(entry.unwrap().path()))
    }
}

#[test]
fn whatever_is_killed_loses_no_file_and_leaves_nothing_behind() {
    let _alone = alone();
    let desk = Desk::new();
    let (mut random, mut number) = (SEED, 0);
    for (arguments, times, limit) in KILLS {
        for _ in 0..times {
            number += 1;
            let program = if number % 2 == 0 { &desk.right } else { &desk.starter };
            let version = format!("{program}// version {number}\n");
            std::fs::write(desk.file(), &version).unwrap();
            let mut command = xtask_in_checkout(&desk.checkout);
            command.args(arguments);
            let after = Duration::from_micros(next(&mut random) % (limit * 1_000));
            if arguments[0] == "watch" {
                let watch = Terminal::run(command, 100, 40);
                lasts(after);
                send("-KILL", watch.id());
                watch.ends();
            } else {
                let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
                let mut child = quiet.spawn().unwrap();
                lasts(after);
                child.kill().unwrap();
                child.wait().unwrap();
            }
            assert!(desk.has(&version), "version {number} is lost: {arguments:?} was killed after {after:?}");
            let progress = Progress::read(&desk.checkout).unwrap();
            assert_eq!(progress.complaint(), None, "{arguments:?} was killed after {after:?}");
            assert!(progress.solved(&"01-lost-update".parse().unwrap()).is_some(), "{arguments:?} after {after:?}");
        }
    }
    let text = std::fs::read_to_string(desk.checkout.join("progress.toml")).unwrap();
    assert!(text.contains("unknown = true"), "{text}");
    nothing_runs(&desk);

    std::fs::write(desk.file(), &desk.right).unwrap();
    let check = xtask_in_checkout(&desk.checkout).args(["check", "3", "--json"]).output().unwrap();
    let judgement: judge::Judgement = serde_json::from_slice(&check.stdout).unwrap();
    assert_eq!(judgement.verdict, Verdict::Passed);
}

/// Nothing is awaited: the moment is what is tried.
fn lasts(time: Duration) {
    let until = Instant::now() + time;
    while let Some(rest) = until.checked_duration_since(Instant::now()).filter(|rest| !rest.is_zero()) {
        std::thread::park_timeout(rest);
    }
}

/// A program that was killed ends when the system gets round to it, and a compiler when it has compiled.
fn nothing_runs(desk: &Desk) {
    let given_up = Instant::now() + Duration::from_secs(20);
    loop {
        let programs = running_below(&target().join("kata"));
        let compilers = working_for(&desk.checkout);
        if programs.is_empty() && compilers.is_empty() {
            return;
        }
        assert!(Instant::now() < given_up, "still running: {programs:?} {compilers:?}");
        std::thread::yield_now();
    }
}

/// The processes that a command line mentions this folder in, except for this one.
fn working_for(folder: &Path) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let lines = processes.filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok());
    let folder = folder.to_string_lossy();
    lines.filter(|line| line.contains(&*folder)).map(|line| line.replace('\0', " ")).collect()
}
