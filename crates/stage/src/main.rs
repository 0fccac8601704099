//! What needs a screen of its own. `cargo xtask` builds this program when it is first needed, and runs it in its own
//! terminal: a check does without everything that only a screen needs.

mod command;
mod draw;
mod film;
mod game;
mod judgement;
mod map;
mod output;
mod play;
mod player;
mod scene;
mod screen;
mod signals;
mod step;
mod stepper;
mod story;
mod theme;
mod tie;
mod watch;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;

/// Shows executions. `cargo xtask` starts it.
#[derive(Debug, Parser)]
#[command(name = "stage", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    tie::end_with_parent();
    match Cli::parse().command.run() {
        Ok(code) => code,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}
