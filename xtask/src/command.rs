//! The commands.

mod check;
mod doctor;
mod film;
mod list;
mod next;
mod play;
mod progress;
mod replay;
mod verify;

use clap::Subcommand;

use crate::exit::Outcome;

pub(crate) use doctor::Symptom;

/// A command and its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge the solution of an exercise.
    Check(check::Arguments),
    /// Run the interleaving that the last failing check found again.
    Replay(replay::Arguments),
    /// Be the scheduler: decide who goes on, and break the program.
    Play(play::Arguments),
    /// Write an HTML file that shows the interleaving step by step.
    Film(film::Arguments),
    /// Show all exercises.
    List,
    /// Show the next exercise to solve.
    Next,
    /// Show what is solved.
    Progress,
    /// Judge the exercises themselves: starters, right and wrong fixes must get the verdicts they are declared with.
    Verify(verify::Arguments),
    /// Look for what could keep the checker from working.
    Doctor,
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Command::Check(arguments) => check::check(&arguments),
            Command::Replay(arguments) => replay::replay(&arguments),
            Command::Play(arguments) => play::play(&arguments),
            Command::Film(arguments) => film::film(&arguments),
            Command::List => list::list(),
            Command::Next => next::next(),
            Command::Progress => progress::progress(),
            Command::Verify(arguments) => verify::verify(&arguments),
            Command::Doctor => doctor::doctor(),
        }
    }
}
