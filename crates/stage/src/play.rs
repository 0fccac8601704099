//! `play`: the learner is the scheduler.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc;

use exercise::Engine;
use judge::{Cancel, Judgement};

use crate::game::{self, Program};
use crate::player::{Known, Player, Wish};
use crate::screen::{Message, Screen};
use crate::theme::Theme;
use crate::{film, judgement, output, story};

/// The arguments of `play`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The repository.
    #[arg(long)]
    root: PathBuf,
    /// The id of the exercise.
    #[arg(long)]
    exercise: String,
    /// The program.
    #[arg(long)]
    file: PathBuf,
    /// The scenario, one of the shuttle world.
    #[arg(long)]
    scenario: String,
    /// The generated input, as in a schedule.
    #[arg(long)]
    input: Option<String>,
    /// In so many interleavings the scenario holds.
    #[arg(long)]
    held: Option<u64>,
    /// Those are all that there are.
    #[arg(long)]
    exhaustive: bool,
    /// Open the film of the game in the browser.
    #[arg(long)]
    open: bool,
}

/// Plays until the learner has had enough. Returns whether the learner broke the program.
pub(crate) fn play(arguments: &Arguments) -> anyhow::Result<bool> {
    let exercise = judgement::exercise(&arguments.root, &arguments.exercise)?;
    let program = Program {
        root: arguments.root.clone(),
        exercise,
        file: arguments.file.clone(),
        engine: Engine::Shuttle,
        scenario: arguments.scenario.clone(),
        start: arguments.input.as_ref().map_or_else(String::new, |input| format!("{input}@")),
    };
    let broken = screen(arguments, &program)?;
    let Some((broken, by_hand)) = &broken else { return Ok(false) };
    let film = game::film(&program.root, &program.exercise);
    let width = ratatui::crossterm::terminal::size().map_or(100, |(columns, _)| usize::from(columns));
    output::print(&story::timeline(&program.root, &program.exercise, broken, width)?)?;
    output::print(&format!("\nthe film of your game: {}\n", film.display()))?;
    if arguments.open {
        film::open(&film)?;
    }
    Ok(*by_hand)
}

/// The game on the screen. Returns how the program was broken last, if it was, and whether that took a choice: what
/// breaks by itself nobody has broken.
fn screen(arguments: &Arguments, program: &Program) -> anyhow::Result<Option<(Judgement, bool)>> {
    let game = game::open(program)?;
    let cancel = Arc::new(Cancel::default());
    let title = format!("{}  {}", program.exercise.id, program.scenario);
    let about = if game.about().is_empty() { String::new() } else { format!("should hold: {}", game.about()) };
    let mut player = Player::new(title, about, Known { held: arguments.held, exhaustive: arguments.exhaustive });
    let mut broken = None;
    let theme = Theme::of_environment();
    let mut screen = Screen::open()?;
    let (ask, asked) = mpsc::channel();
    let (answers, cancelled, played) = (screen.sender(), Arc::clone(&cancel), program.clone());
    let server = std::thread::spawn(move || {
        let serve = AssertUnwindSafe(|| game::serve(&game, &played, &cancelled, &asked, &answers));
        if catch_unwind(serve).is_err() {
            // What happened is on the standard error. Nobody is left to ask.
            let _ = answers.send(Message::Other(Err(anyhow::anyhow!("the game cannot go on"))));
        }
    });
    ask.send(program.start.clone())?;
    loop {
        screen.draw(|frame| player.draw(frame, theme))?;
        match screen.next()? {
            Message::Key(key) => match player.press(key) {
                Wish::Stay => {}
                Wish::Ask(schedule) => ask.send(schedule)?,
                Wish::Quit => break,
            },
            Message::Resized => {}
            Message::Other(answer) => {
                let Some(stand) = answer? else { continue };
                player.reach(*stand);
                if let Some(stand) = player.broken() {
                    let judgement = stand.position.judgement.clone();
                    let film = game::film(&program.root, &program.exercise);
                    film::write(&film, &story::film(&program.root, &program.exercise, &judgement)?)?;
                    player.say(format!("the film of your game: {}", film.display()));
                    broken = Some((judgement, player.has_chosen()));
                }
            }
        }
    }
    drop((ask, screen));
    cancel.cancel();
    // It ends with the process that it waits for.
    let _ = server.join();
    Ok(broken)
}
