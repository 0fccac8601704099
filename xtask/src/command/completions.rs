//! `completions`: what a shell needs to complete our commands.

use crate::exit::Outcome;
use crate::manual;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// bash, elvish, fish, powershell or zsh.
    shell: String,
    /// What you call `cargo xtask` in your shell: completions are for one word.
    #[arg(long, value_name = "ALIAS", default_value = "katas")]
    alias: String,
}

/// Prints completions for a shell.
pub(crate) fn completions(arguments: &Arguments) -> anyhow::Result<Outcome> {
    manual::completions(&arguments.shell, &arguments.alias)
}
