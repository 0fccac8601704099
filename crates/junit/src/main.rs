//! What `verify` found, as a report that continuous integration can show: JUnit's XML.
//!
//! `cargo xtask verify --junit` builds this program when it is first needed: a check does without it. It reads on its
//! standard input what `verify --json` prints, and writes the report to its standard output.

mod report;

use std::io::{Write as _, stdin, stdout};
use std::process::ExitCode;

use anyhow::Context as _;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn run() -> anyhow::Result<()> {
    let verification = serde_json::from_reader(stdin().lock()).context("this is not what `verify --json` prints")?;
    let xml = report::report(verification).to_string()?;
    stdout().write_all(xml.as_bytes()).context("cannot write the report")
}
