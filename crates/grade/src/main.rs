//! Grades a class. `cargo xtask grade` builds this program when it is first needed, and hands its arguments over.

mod command;
mod signals;
mod tie;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::command::Cli;

fn main() -> ExitCode {
    tie::end_with_parent();
    let (root, arguments) = root(std::env::args_os());
    let cli = Cli::parse_from(arguments);
    // Programs of students are in process groups of their own, which a terminal's Ctrl-C does not reach.
    signals::before_the_end(judge::kill_all);
    match cli.run(root) {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}

/// The repository, which `cargo xtask` names before all that a person has typed, and the other arguments.
fn root(arguments: impl Iterator<Item = OsString>) -> (Option<PathBuf>, Vec<OsString>) {
    let mut arguments: Vec<OsString> = arguments.collect();
    if arguments.get(1).is_some_and(|argument| argument == "--root") && arguments.len() > 2 {
        let root = arguments.remove(2);
        arguments.remove(1);
        return (Some(root.into()), arguments);
    }
    (None, arguments)
}
