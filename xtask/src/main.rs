//! The command line of the katas: `cargo xtask <command>`.

mod command;
mod confinement;
mod exit;
mod failure;
mod interleaving;
mod judging;
mod known;
mod learner;
mod links;
mod manual;
mod output;
mod question;
mod report;
mod repository;
mod signals;
mod stage;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;

/// Small concurrent programs that are broken, and a checker that shows the interleaving that breaks them.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    signals::end_children_with_us();
    exit::code(cli.command.run())
}
