//! How long a learner who watches waits for a verdict after a save, as a multiple of what rustc alone needs for the
//! same file.
//!
//! `cargo bench --profile dev -p repo-tests --bench watch`. Every round makes a real edit.

#[cfg(unix)]
fn main() {
    bench::main();
}

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
mod bench {
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    use judge::Toolchain;
    use repo_tests::terminal::Terminal;
    use repo_tests::{checkout, root, xtask_in_checkout};

    const ROUNDS: u32 = 15;

    /// The end of what is printed for a verdict.
    const MENU: &str = "[q]uit";

    pub(super) fn main() {
        let toolchain = Toolchain::find().expect("there is a toolchain");
        let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "watch");
        let file = checkout.join("exercises/03-deadlock/src/lib.rs");
        let starter = std::fs::read_to_string(root().join("solutions/03-deadlock/starter.rs")).expect("it can be read");
        std::fs::write(&file, &starter).expect("it can be written");
        let mut command = xtask_in_checkout(&checkout);
        command.args(["watch", "3"]);
        let watch = Terminal::run(command, 120, 100);
        watch.sees(MENU);

        let (mut rustc, mut feedback, mut verdict, mut other) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut save = |text: String, verdict: &mut Vec<Duration>| {
            let saved = Instant::now();
            std::fs::write(&file, text).expect("it can be written");
            watch.until(|screen| !screen.contains(MENU), "an empty screen");
            feedback.push(saved.elapsed());
            watch.until(|screen| screen.contains(MENU), "a verdict");
            verdict.push(saved.elapsed());
        };
        // The hidden tests are compiled again only for an edit that they can tell.
        for number in 0..=ROUNDS {
            save(format!("{starter}\npub struct Edit{number};\n"), &mut other);
        }
        for number in 0..=ROUNDS {
            let edit = format!("let _edit = {number};\n        let debtor");
            save(starter.replacen("let debtor", &edit, 1), &mut verdict);

            let mut alone = Command::new(&toolchain.rustc);
            alone.args(["--edition=2024", "--crate-type=lib", "--crate-name=deadlock", "-Cdebuginfo=0", "-Awarnings"]);
            alone.arg("--out-dir").arg(file.parent().expect("a file is in a folder")).arg(&file);
            let started = Instant::now();
            alone.stderr(Stdio::null()).status().expect("rustc can be run");
            rustc.push(started.elapsed());
        }
        watch.press("q");
        watch.ends();
        let rustc = median(&rustc);
        let row = |what: &str, ms: f64| println!("  {what:<34} {ms:7.1} ms  {:5.2} x", ms / rustc);
        println!("watching 03-deadlock, the starter, medians of {ROUNDS}");
        row("rustc alone, the real std", rustc);
        row("a save is noticed", median(&feedback));
        row("the verdict is shown", median(&verdict));
        row("the verdict, items were edited", median(&other));
    }

    /// In milliseconds, without the first.
    fn median(times: &[Duration]) -> f64 {
        let mut times: Vec<f64> = times[1..].iter().map(|time| 1000.0 * time.as_secs_f64()).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    }
}
