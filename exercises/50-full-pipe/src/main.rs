//! An editor that saves two files. The formatter is this program again, in another part.

use std::io::{Read, Write};
use std::process::{Command, ExitCode};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use full_pipe::format;

/// Nobody waits longer for a file to be saved.
const PATIENCE: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some("formatter") {
        return formatter();
    }
    for (file, lines) in [("settings.json", 40), ("fixtures.json", 20_000)] {
        let source = "  { \"key\":   1 },\n".repeat(lines);
        let size = source.len() / 1024;
        println!("{file} ({size} KiB) is saved …");
        let start = Instant::now();
        let (done, formatted) = mpsc::channel();
        thread::spawn(move || {
            let mut command = Command::new(std::env::current_exe().expect("this program lies somewhere"));
            let _ = done.send(format(command.arg("formatter"), &source));
        });
        match formatted.recv_timeout(PATIENCE) {
            Ok(Ok(formatted)) => println!(
                "  formatted after {} ms: {} lines, {} KiB of warnings",
                start.elapsed().as_millis(),
                formatted.text.lines().count(),
                formatted.warnings.len() / 1024
            ),
            Ok(Err(error)) => {
                println!("  {error}");
                return ExitCode::FAILURE;
            }
            Err(_) => {
                println!("  not formatted after {} ms. The window does not answer any more.", PATIENCE.as_millis());
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// Squeezes the blanks, and warns of every line.
fn formatter() -> ExitCode {
    let mut source = String::new();
    if std::io::stdin().read_to_string(&mut source).is_err() {
        return ExitCode::FAILURE;
    }
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    for (number, line) in source.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let told =
            writeln!(out, "{}", words.join(" ")).and_then(|()| writeln!(err, "line {}: too many blanks", number + 1));
        if told.is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
