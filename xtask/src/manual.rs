//! Completions for shells, and pages for `man`: made from the command line's own definition.
//!
//! What makes them is no part of the usual program, so that the first check of a fresh clone does not wait for it: that
//! one builds the program that can, and has it do so.

#[cfg(not(feature = "manual"))]
pub(crate) use elsewhere::{completions, pages};
#[cfg(feature = "manual")]
pub(crate) use here::{completions, pages};

#[cfg(feature = "manual")]
mod here {
    use std::path::Path;

    use anyhow::Context as _;
    use clap::{CommandFactory as _, ValueEnum as _};
    use clap_complete::Shell;

    use crate::Cli;
    use crate::exit::Outcome;
    use crate::output::print;

    /// Prints completions for a shell, in which `alias` stands for `cargo xtask`.
    pub(crate) fn completions(shell: &str, alias: &str) -> anyhow::Result<Outcome> {
        let Ok(shell) = Shell::from_str(shell, true) else {
            let known: Vec<_> = Shell::value_variants().iter().map(ToString::to_string).collect();
            anstream::eprintln!("error: `{shell}` is not a shell that is known here: {}", known.join(", "));
            return Ok(Outcome::BadUsage);
        };
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut Cli::command(), alias, &mut text);
        print(&String::from_utf8(text)?)?;
        Ok(Outcome::Passed)
    }

    /// Writes a page for each command into a folder, and prints where.
    pub(crate) fn pages(folder: &Path) -> anyhow::Result<Outcome> {
        let command = || Cli::command().name("cargo-xtask").bin_name("cargo-xtask");
        let write = || std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command(), folder));
        write().with_context(|| format!("cannot write to {}", folder.display()))?;
        print(&format!("{}\n", folder.display()))?;
        Ok(Outcome::Passed)
    }
}

#[cfg(not(feature = "manual"))]
mod elsewhere {
    use std::path::Path;
    use std::process::Command;

    use anyhow::Context as _;

    use crate::exit::Outcome;
    use crate::repository::Repository;

    /// See the other one.
    pub(crate) fn completions(_shell: &str, _alias: &str) -> anyhow::Result<Outcome> {
        again_by_the_program_that_can()
    }

    /// See the other one.
    pub(crate) fn pages(_folder: &Path) -> anyhow::Result<Outcome> {
        again_by_the_program_that_can()
    }

    /// Runs this same command.
    fn again_by_the_program_that_can() -> anyhow::Result<Outcome> {
        let repository = Repository::find()?;
        let mut cargo = Command::new(judge::Toolchain::find()?.cargo);
        cargo.args(["run", "--quiet", "--package", "xtask", "--features", "manual", "--manifest-path"]);
        cargo.arg(repository.root.join("Cargo.toml")).arg("--").args(std::env::args_os().skip(1));
        let status = cargo.status().with_context(|| format!("cannot run {}", cargo.get_program().display()))?;
        Ok(match status.code() {
            Some(0) => Outcome::Passed,
            Some(2) => Outcome::BadUsage,
            _ => Outcome::InternalError,
        })
    }
}
