//! How long a learner waits for a verdict after an edit, as a multiple of what rustc alone needs for the same file.
//!
//! `cargo bench --profile dev -p repo-tests --bench check`. Every round makes a real edit, so that nothing is remembered but what a
//! learner's next check would remember, too.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use judge::Toolchain;
use repo_tests::root;

const ROUNDS: u32 = 15;

/// One round, in milliseconds.
struct Round {
    rustc: f64,
    command: f64,
    compile: f64,
    run: f64,
    judge: f64,
    unchanged: f64,
}

fn main() {
    let toolchain = Toolchain::find().expect("there is a toolchain");
    let folder = tempfile::tempdir().expect("a folder can be created");
    let file = folder.path().join("lib.rs");
    for (name, source) in
        [("the starter", "solutions/03-deadlock/starter.rs"), ("the solution", "solutions/03-deadlock/lib.rs")]
    {
        let text = std::fs::read_to_string(root().join(source)).expect("the file can be read");
        let (_, rounds) = (round(&toolchain, &file, &text, 0), 1..=ROUNDS);
        let rounds: Vec<Round> = rounds.map(|number| round(&toolchain, &file, &text, number)).collect();
        let median = |part: fn(&Round) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(part).collect();
            values.sort_by(f64::total_cmp);
            values[values.len() / 2]
        };
        let rustc = median(|round| round.rustc);
        let row = |what: &str, ms: f64| println!("  {what:<34} {ms:7.1} ms  {:5.2} x", ms / rustc);
        println!("03-deadlock, {name}, medians of {ROUNDS}");
        row("rustc alone, the real std", rustc);
        row("cargo xtask check, after an edit", median(|round| round.command));
        row("  compiling and linking", median(|round| round.compile));
        row("  running the scenarios", median(|round| round.run));
        row("  the rest of the judge", median(|round| round.judge - round.compile - round.run));
        row("  cargo, start and report", median(|round| round.command - round.judge));
        row("cargo xtask check, unchanged", median(|round| round.unchanged));
    }
}

fn round(toolchain: &Toolchain, file: &Path, text: &str, number: u32) -> Round {
    let edited = text.replacen("let debtor", &format!("let _edit = {number};\n        let debtor"), 1);
    assert!(edited != text, "the edit is made");
    std::fs::write(file, edited).expect("the file can be written");

    let mut rustc = Command::new(&toolchain.rustc);
    rustc.args(["--edition=2024", "--crate-type=lib", "--crate-name=deadlock", "-Cdebuginfo=0", "-Awarnings"]);
    rustc.arg("--out-dir").arg(file.parent().expect("a file is in a folder")).arg(file);
    let (rustc, _) = timed(&mut rustc);
    let (command, answer) = timed(&mut check(file));
    let (unchanged, _) = timed(&mut check(file));
    let answer: serde_json::Value = serde_json::from_slice(&answer).expect("the answer is JSON");
    let ms = |part: &str| answer["ms"][part].as_f64().expect("the answer has times");
    Round { rustc, command, compile: ms("compile"), run: ms("run"), judge: ms("total"), unchanged }
}

fn check(file: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    command.args(["xtask", "check", "03-deadlock", "--json", "--file"]).arg(file).current_dir(root());
    command
}

fn timed(command: &mut Command) -> (f64, Vec<u8>) {
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let output = command.output().expect("the command can be run");
    (1000.0 * Duration::as_secs_f64(&started.elapsed()), output.stdout)
}
