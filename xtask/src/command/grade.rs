//! `grade`: judge what a class handed in.

use std::ffi::OsString;

use crate::exit::Outcome;
use crate::repository::Repository;
use crate::stage;

/// The arguments of `grade`.
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Arguments {
    /// The folder of the submissions and `--out DIR`, or one of `plan`, `run`, `merge` and `export`; `--help` says more.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
    arguments: Vec<OsString>,
}

/// Hands its arguments over to the program that grades.
pub(crate) fn grade(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let mut grade = stage::tool(&repository, "grade")?;
    grade.arg("--root").arg(&repository.root).args(&arguments.arguments);
    stage::run(&mut grade)
}
