//! The command line of `cargo xtask pack`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use exercise::Catalogue;
use pack::{Kit, classroom, gradescope, purpose, student};

/// Pack a kit: for students, for Gradescope, or for GitHub Classroom.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask pack", bin_name = "cargo xtask pack", version)]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// The repository.
    #[arg(long, global = true, hide = true)]
    root: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The exercises and the checker, without solutions and corpora.
    Student {
        /// The archive to write.
        #[arg(long, value_name = "FILE", default_value = "katas.zip")]
        out: PathBuf,
    },
    /// An autograder for Gradescope: upload it as it is.
    Gradescope {
        #[command(flatten)]
        about: About,
        /// The archive to write.
        #[arg(long, value_name = "FILE", default_value = "autograder.zip")]
        out: PathBuf,
        /// Grade where the container offers no sandbox, too: what a student wrote can then read and change everything in
        /// its container.
        #[arg(long)]
        insecure_no_sandbox: bool,
    },
    /// A template repository for GitHub Classroom, with a workflow that checks and reports points.
    Classroom {
        #[command(flatten)]
        about: About,
        /// The archive to write.
        #[arg(long, value_name = "FILE", default_value = "classroom.zip")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
struct About {
    /// The assignment: the TOML file that `grade` takes.
    #[arg(long, value_name = "FILE")]
    assignment: PathBuf,
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("error: {error:#}");
            ExitCode::from(3)
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let root = cli.root.map_or_else(std::env::current_dir, Ok).context("cannot tell the working directory")?;
    let catalogue = Catalogue::read(&root)?;
    let (kit, out): (Kit, PathBuf) = match cli.what {
        What::Student { out } => (student(&root, &catalogue)?, out),
        What::Gradescope { about, out, insecure_no_sandbox } => {
            let assignment = purpose(&about.assignment, &catalogue)?;
            (gradescope(&root, &catalogue, &assignment, insecure_no_sandbox)?, out)
        }
        What::Classroom { about, out } => {
            let assignment = purpose(&about.assignment, &catalogue)?;
            (classroom(&root, &catalogue, &assignment)?, out)
        }
    };
    kit.write_archive(&out)?;
    anstream::println!("{}: {} files", out.display(), kit.paths().count());
    Ok(())
}
