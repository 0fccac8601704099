//! `watch`: judge a file whenever it is saved.

use anyhow::Context as _;

use crate::exit::Outcome;
use crate::repository::Repository;
use crate::stage;

/// The arguments of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock); without one, the next exercise to solve.
    exercise: Option<String>,
    /// Look at the file again and again, for folders that do not tell when something changes.
    #[arg(long)]
    poll: bool,
}

/// Judges the learner's file now and after each save, until the learner quits.
pub(crate) fn watch(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.exercise_or_next(arguments.exercise.as_deref())? else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(&id)?;
    if !stage::has_terminal() {
        anstream::eprintln!("error: the standard input or output is no terminal: `cargo xtask check {id}` judges once");
        return Ok(Outcome::BadUsage);
    }
    let mut command = stage::command(&repository, "watch", &exercise)?;
    command.arg("--xtask").arg(std::env::current_exe().context("cannot tell where this program lies")?);
    if arguments.poll {
        command.arg("--poll");
    }
    stage::run(&mut command)
}
