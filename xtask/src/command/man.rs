//! `man`: pages for the manual.

use std::path::PathBuf;

use crate::exit::Outcome;
use crate::manual;

/// The arguments of `man`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write them to.
    folder: PathBuf,
}

/// Writes a page for each command.
pub(crate) fn man(arguments: &Arguments) -> anyhow::Result<Outcome> {
    manual::pages(&arguments.folder)
}
