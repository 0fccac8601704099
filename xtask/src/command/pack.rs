//! `pack`: kits of this repository.

use std::ffi::OsString;

use crate::exit::Outcome;
use crate::repository::Repository;
use crate::stage;

/// The arguments of `pack`.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// `student`, `gradescope` or `classroom`; `--help` says more.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

/// Hands its arguments over to the program that packs.
pub(crate) fn pack(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let mut pack = stage::tool(&repository, "pack")?;
    pack.arg("--root").arg(&repository.root).args(&arguments.arguments);
    stage::run(&mut pack)
}
