//! The commands.

mod check;
mod completions;
mod doctor;
mod film;
mod grade;
mod hint;
mod list;
mod man;
mod new;
mod next;
mod pack;
mod play;
mod progress;
mod replay;
mod reset;
mod run;
mod solution;
mod verify;
mod watch;

use clap::Subcommand;

use crate::exit::Outcome;

pub(crate) use doctor::Symptom;

/// A command and its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge the solution of an exercise.
    Check(check::Arguments),
    /// Judge the solution of an exercise whenever it is saved.
    Watch(watch::Arguments),
    /// Run the interleaving that the last failing check found again.
    Replay(replay::Arguments),
    /// Be the scheduler: decide who goes on, and break the program.
    Play(play::Arguments),
    /// Write an HTML file that shows the interleaving step by step.
    Film(film::Arguments),
    /// Run the program itself, which may show the symptom.
    Run(run::Arguments),
    /// Show the next hint.
    Hint(hint::Arguments),
    /// Show the fixes that work, beside yours.
    Solution(solution::Arguments),
    /// Begin an exercise again; your version is kept.
    Reset(reset::Arguments),
    /// Show all exercises.
    List(list::Arguments),
    /// Show the next exercise to solve.
    Next,
    /// Show what is solved.
    Progress(progress::Arguments),
    /// Begin an exercise of your own.
    New(new::Arguments),
    /// Judge the exercises themselves: starters, right and wrong fixes must get the verdicts they are declared with.
    Verify(verify::Arguments),
    /// Grade a class: judge what everybody handed in, and write marks and pages.
    Grade(grade::Arguments),
    /// Pack a kit: for students, for Gradescope, or for GitHub Classroom.
    Pack(pack::Arguments),
    /// Look for what could keep the checker from working.
    Doctor,
    /// Print completions for a shell.
    Completions(completions::Arguments),
    /// Write pages for the manual.
    Man(man::Arguments),
}

impl Command {
    /// Runs it.
    pub(crate) fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Command::Check(arguments) => check::check(&arguments),
            Command::Watch(arguments) => watch::watch(&arguments),
            Command::Replay(arguments) => replay::replay(&arguments),
            Command::Play(arguments) => play::play(&arguments),
            Command::Film(arguments) => film::film(&arguments),
            Command::Run(arguments) => run::run(&arguments),
            Command::Hint(arguments) => hint::hint(&arguments),
            Command::Solution(arguments) => solution::solution(&arguments),
            Command::Reset(arguments) => reset::reset(&arguments),
            Command::List(arguments) => list::list(&arguments),
            Command::Next => next::next(),
            Command::Progress(arguments) => progress::progress(&arguments),
            Command::New(arguments) => new::new(&arguments),
            Command::Verify(arguments) => verify::verify(&arguments),
            Command::Grade(arguments) => grade::grade(&arguments),
            Command::Pack(arguments) => pack::pack(&arguments),
            Command::Doctor => doctor::doctor(),
            Command::Completions(arguments) => completions::completions(&arguments),
            Command::Man(arguments) => man::man(&arguments),
        }
    }
}
