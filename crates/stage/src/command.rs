//! What can be shown.

use clap::Subcommand;

use crate::film;

/// What to show.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Write an HTML file that shows an execution step by step.
    Film(film::Arguments),
}

impl Command {
    /// Shows it.
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self {
            Command::Film(arguments) => film::film(&arguments),
        }
    }
}
