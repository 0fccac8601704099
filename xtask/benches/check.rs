//! How long a learner waits: `cargo xtask check` after an edit, against a bare `rustc` of the same file.
//!
//! Run it on a quiet machine: `cargo bench -p xtask --bench check`. Both are measured in turn in one run, so that the
//! ratio holds where the times do not.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const ROUNDS: u32 = 15;

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("lib.rs");
    for (name, source) in
        [("starter", "exercises/03-deadlock/src/lib.rs"), ("reference", "solutions/03-deadlock/lib.rs")]
    {
        let text = std::fs::read_to_string(root.join(source)).expect("the exercise 03-deadlock is there");
        let edit = |round: &str| std::fs::write(&file, format!("{text}// {round}\n")).expect("the file can be written");
        edit("warm");
        let judged = |_| judge(root, &file);
        judged(0);
        let mut rows = Vec::new();
        for round in 0..ROUNDS {
            edit(&round.to_string());
            let bare = rustc(folder.path(), &file);
            let (check, parts) = judged(round);
            let (again, _) = judged(round);
            rows.push((bare, check, parts, again));
        }
        let bare = median(rows.iter().map(|row| row.0));
        let check = median(rows.iter().map(|row| row.1));
        let again = median(rows.iter().map(|row| row.3));
        let ratio = median_ratio(rows.iter().map(|row| row.1.as_secs_f64() / row.0.as_secs_f64()));
        let compile = median(rows.iter().map(|row| row.2.compile));
        let run = median(rows.iter().map(|row| row.2.run));
        let rest = median(rows.iter().map(|row| row.2.total.saturating_sub(row.2.compile + row.2.run)));
        println!("{name}: bare rustc {bare:.0?}, check after an edit {check:.0?}, {ratio:.2} times as long");
        println!("    of which rustc {compile:.0?}, scenarios {run:.0?}, judge {rest:.0?}; unchanged file {again:.0?}");
    }
}

#[derive(Clone, Copy)]
struct Parts {
    compile: Duration,
    run: Duration,
    total: Duration,
}

fn judge(root: &Path, file: &PathBuf) -> (Duration, Parts) {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root).args(["xtask", "check", "03", "--json", "--file"]).arg(file).stderr(Stdio::null());
    let start = Instant::now();
    let output = command.output().expect("cargo runs");
    let time = start.elapsed();
    let judgement: serde_json::Value = serde_json::from_slice(&output.stdout).expect("check prints a JSON object");
    let part = |name: &str| Duration::from_millis(judgement["ms"][name].as_u64().unwrap_or(0));
    (time, Parts { compile: part("compile"), run: part("run"), total: part("total") })
}

fn rustc(folder: &Path, file: &PathBuf) -> Duration {
    let mut command = Command::new("rustc");
    command.args(["--edition=2024", "--crate-type=lib", "--crate-name=deadlock"]).arg(file);
    command.arg("--out-dir").arg(folder);
    let start = Instant::now();
    assert!(command.status().expect("rustc runs").success(), "rustc compiles the exercise");
    start.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<_> = times.collect();
    times.sort();
    times[times.len() / 2]
}

fn median_ratio(ratios: impl Iterator<Item = f64>) -> f64 {
    let mut ratios: Vec<_> = ratios.collect();
    ratios.sort_by(f64::total_cmp);
    ratios[ratios.len() / 2]
}
