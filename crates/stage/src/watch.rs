//! `watch`: judges a file whenever it is saved, until the learner moves on.
//!
//! Every command, the check above all, is a process of its own: what it prints stays in the terminal's history, and a
//! save while a check runs ends that check, and nothing else.

mod checking;
mod keys;
mod saves;
mod terminal;

use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::sync::mpsc::{self, Sender};

use anyhow::Context as _;
use exercise::{Catalogue, Exercise, Id};
use progress::Progress;

use self::checking::Checking;
use self::keys::Keys;
use self::saves::Saves;
use self::terminal::Terminal;
use crate::judgement;

/// The arguments of `watch`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The repository.
    #[arg(long)]
    root: PathBuf,
    /// The exercise's id.
    #[arg(long)]
    exercise: String,
    /// The program that checks.
    #[arg(long)]
    xtask: PathBuf,
    /// Look at the file again and again, for folders that do not tell when something changes.
    #[arg(long)]
    poll: bool,
}

/// What happens while nothing else does.
#[derive(Debug)]
enum Event {
    /// Something was written to the exercise's files.
    Saved,
    /// A key was pressed.
    Key(char),
    /// The check with this number has ended.
    Checked(u64, ExitStatus),
}

/// Watches an exercise, and the next one when the learner says so.
pub(crate) fn watch(arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::ensure!(
        std::io::stdin().is_terminal() && std::io::stdout().is_terminal(),
        "the standard input and output are no terminal: `cargo xtask check {}` judges the file once",
        arguments.exercise
    );
    let checking = Checking::default();
    let terminal = Terminal::take({
        let checking = checking.clone();
        // What cannot be stopped has ended.
        move || drop(checking.stop())
    })?;
    let (sender, events) = mpsc::channel();
    let keys = Keys::listen(sender.clone());
    let mut session = Session::new(arguments, checking, sender)?;
    session.check()?;
    while let Ok(event) = events.recv() {
        match event {
            Event::Saved => session.saved()?,
            Event::Checked(number, status) => session.checked(number, status),
            Event::Key('q') => break,
            Event::Key('n') => session.go_on()?,
            Event::Key('c') => session.check()?,
            Event::Key(key) => {
                if let Some(command) = session.command(key) {
                    let _silence = keys.silence();
                    terminal.lend(|| session.run(command))?;
                    menu();
                }
            }
        }
    }
    Ok(())
}

struct Session<'a> {
    arguments: &'a Arguments,
    sender: Sender<Event>,
    exercise: Exercise,
    saves: Saves,
    checking: Checking,
    /// The number of the last check.
    number: u64,
}

impl<'a> Session<'a> {
    fn new(arguments: &'a Arguments, checking: Checking, sender: Sender<Event>) -> anyhow::Result<Self> {
        let exercise = judgement::exercise(&arguments.root, &arguments.exercise)?;
        let saves = Saves::of(&arguments.root, &exercise, arguments.poll, sender.clone())?;
        Ok(Session { arguments, sender, exercise, saves, checking, number: 0 })
    }

    /// Starts a check, in place of the one that runs.
    fn check(&mut self) -> anyhow::Result<()> {
        self.checking.stop()?;
        self.saves.remember();
        self.number += 1;
        // The old text goes out of sight, and stays where one can scroll back to it.
        say(&format!("\x1b[2J\x1b[Hchecking {} …\n", self.exercise.id));
        let command = self.xtask("check");
        self.checking.start(command, self.number, self.sender.clone())
    }

    /// Starts a check if the files say something else than they did at the last one.
    fn saved(&mut self) -> anyhow::Result<()> {
        if self.saves.is_new() { self.check() } else { Ok(()) }
    }

    fn checked(&mut self, number: u64, status: ExitStatus) {
        if number != self.number {
            return;
        }
        if status.success() {
            say("\nsolved: press n for the next exercise, or stay and try another way\n");
        }
        menu();
    }

    /// Goes on to the next exercise that is not solved.
    fn go_on(&mut self) -> anyhow::Result<()> {
        let catalogue = Catalogue::read(&self.arguments.root)?;
        let progress = Progress::read(&self.arguments.root)?;
        let unsolved = |id: &&Id| progress.solved(id).is_none() && **id != self.exercise.id;
        let Some(next) = catalogue.ids().iter().find(unsolved) else {
            say("\nthere is no other exercise that is not solved\n");
            return Ok(());
        };
        self.checking.stop()?;
        self.exercise = catalogue.exercise(next)?;
        self.saves = Saves::of(&self.arguments.root, &self.exercise, self.arguments.poll, self.sender.clone())?;
        self.check()
    }

    /// The command of a key.
    fn command(&self, key: char) -> Option<Command> {
        let (name, option) = match key {
            'h' => ("hint", None),
            'f' => ("film", Some("--open")),
            'p' => ("play", None),
            's' => ("replay", Some("--step")),
            'r' => ("run", None),
            'l' => ("list", None),
            'o' => ("solution", None),
            'x' => ("reset", None),
            _ => return None,
        };
        let mut command = if name == "list" { self.bare("list") } else { self.xtask(name) };
        command.args(option);
        Some(command)
    }

    /// Runs a command that may use the terminal to its end.
    fn run(&self, mut command: Command) -> anyhow::Result<()> {
        say("\n");
        let status = command.status();
        status.map(drop).with_context(|| format!("cannot run {}", command.get_program().display()))
    }

    fn xtask(&self, command: &str) -> Command {
        let mut xtask = self.bare(command);
        xtask.arg(self.exercise.id.as_str());
        xtask
    }

    fn bare(&self, command: &str) -> Command {
        let mut xtask = Command::new(&self.arguments.xtask);
        xtask.arg(command).current_dir(&self.arguments.root);
        xtask
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // What cannot be stopped has ended.
        let _ = self.checking.stop();
    }
}

fn menu() {
    say("\n[h]int  [f]ilm  [p]lay  [s]tep through  [r]un  [c]heck  s[o]lution  reset [x]  [n]ext  [l]ist  [q]uit\n");
}

/// Writes to the terminal. One that is gone is noticed when the next key is waited for.
fn say(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush());
}
