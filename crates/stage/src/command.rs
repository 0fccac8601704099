//! What can be shown.

use std::process::ExitCode;

use clap::Subcommand;

use crate::{film, map, play, step, watch};

/// What to show.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write an HTML file that shows an execution step by step.
    Film(film::Arguments),
    /// Walk through an execution in the terminal.
    Step(step::Arguments),
    /// Decide who goes on, until the program breaks. The status is 1 if it did.
    Play(play::Arguments),
    /// Write an HTML page of what is done.
    Map(map::Arguments),
    /// Judge a file whenever it is saved.
    Watch(watch::Arguments),
}

impl Command {
    /// Shows it.
    pub(crate) fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Command::Film(arguments) => film::film(&arguments).map(|()| ExitCode::SUCCESS),
            Command::Step(arguments) => step::step(&arguments).map(|()| ExitCode::SUCCESS),
            Command::Watch(arguments) => watch::watch(&arguments).map(|()| ExitCode::SUCCESS),
            Command::Map(arguments) => map::map(&arguments).map(|()| ExitCode::SUCCESS),
            Command::Play(arguments) => play::play(&arguments).map(|broke_it| ExitCode::from(u8::from(broke_it))),
        }
    }
}
