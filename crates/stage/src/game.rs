//! The one who compiles and runs the program that is played, apart from the one who draws.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender};

use exercise::{Engine, Exercise};
use judge::{Bench, Cancel, Game, Position, Schedule, Step, Workspace};
use kata_trace::{Alternative, Decision, Event, Location};
use viewer::steps::{Steps, announced};

use crate::scene::Scene;
use crate::screen::Message;

/// What is played.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    pub(crate) root: PathBuf,
    pub(crate) exercise: Exercise,
    pub(crate) file: PathBuf,
    pub(crate) engine: Engine,
    pub(crate) scenario: String,
    /// The schedule before the first decision: empty, or which generated input it is about.
    pub(crate) start: String,
}

/// A position, ready to be shown.
#[derive(Debug)]
pub(crate) struct Stand {
    pub(crate) position: Position,
    pub(crate) scene: Scene,
    /// The alternative that adds no preemption.
    pub(crate) first: usize,
    /// What each alternative would do.
    pub(crate) choices: Vec<Ahead>,
    /// What those wait for who cannot go on: name, why.
    pub(crate) waiting: Vec<(String, String)>,
}

/// What a thread would do, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ahead {
    pub(crate) text: String,
    pub(crate) at: Option<Location>,
}

/// The answer to a schedule. `None` if it was cancelled.
pub(crate) type Answer = anyhow::Result<Option<Box<Stand>>>;

/// Compiles the program.
pub(crate) fn open(program: &Program) -> anyhow::Result<Game> {
    let Program { root, exercise, file, engine, scenario, start } = program;
    let bench = Bench::new(Workspace::new(root))?;
    match Game::open(&bench, exercise, file, Schedule { engine: *engine, scenario, tokens: start }, &mut say)? {
        Ok(game) => Ok(game),
        Err(rejection) => anyhow::bail!("{}: {}", rejection.verdict, rejection.message),
    }
}

/// Says on the standard error what takes its time: the screen is not open yet.
fn say(step: Step) {
    if let Step::BuildingWorld(engine) = step {
        anstream::eprintln!("building the {engine} world");
    }
}

/// Answers the schedules that are asked for, until nobody asks any more.
pub(crate) fn serve(
    game: &Game,
    program: &Program,
    cancel: &Arc<Cancel>,
    asked: &Receiver<String>,
    answers: &Sender<Message<Answer>>,
) {
    for schedule in asked {
        if answers.send(Message::Other(stand(game, program, cancel, &schedule))).is_err() {
            break;
        }
    }
}

/// Where a schedule leads.
pub(crate) fn stand(game: &Game, program: &Program, cancel: &Cancel, schedule: &str) -> Answer {
    let Some(mut position) = game.position(schedule, cancel)? else { return Ok(None) };
    let first = position.decision.as_mut().map_or(0, arrange);
    let mut scene = Scene::of(&program.root, &program.exercise, &position.judgement);
    scene.open(&program.root, &program.file);
    let mut choices = Vec::new();
    for alternative in position.decision.iter().flat_map(|decision| &decision.alternatives) {
        let ahead = match &alternative.next {
            Some(next) => Ahead { text: announced(&scene.trace, next), at: next.at.clone() },
            None => match first_step(game, cancel, &position, &scene, alternative)? {
                Some(ahead) => ahead,
                None => return Ok(None),
            },
        };
        choices.push(ahead);
    }
    let waiting = position.decision.iter().flat_map(|decision| &decision.waiting);
    let waiting = waiting.map(|event| (scene.thread(event.thread).to_owned(), waits_for(&scene, event))).collect();
    Ok(Some(Box::new(Stand { first, choices, waiting, scene, position })))
}

/// Puts the alternatives in the order of their threads, so that a thread keeps its key. Returns where the first one is.
fn arrange(decision: &mut Decision) -> usize {
    let first = decision.alternatives.first().map(|first| first.token.clone());
    decision.alternatives.sort_by_key(|alternative| alternative.thread);
    decision.alternatives.iter().position(|alternative| Some(&alternative.token) == first.as_ref()).unwrap_or(0)
}

/// What a thread does first, which only its running tells.
fn first_step(
    game: &Game,
    cancel: &Cancel,
    position: &Position,
    scene: &Scene,
    alternative: &Alternative,
) -> anyhow::Result<Option<Ahead>> {
    let schedule = format!("{}{}", position.schedule, alternative.token);
    let Some(after) = game.position(&schedule, cancel)? else { return Ok(None) };
    let trace = after.judgement.execution().unwrap_or_default();
    let first = (trace.events.iter().enumerate().skip(scene.len()))
        .find(|(_, event)| event.thread == alternative.thread)
        .map(|(index, _)| index);
    let words = Steps::of(&trace, after.judgement.verdict, after.judgement.kind);
    let ahead = |index: usize| Ahead {
        text: format!("starts: {}", words.steps[index].text),
        at: trace.events[index].at.clone(),
    };
    Ok(Some(first.map_or_else(|| Ahead { text: "starts".to_owned(), at: None }, ahead)))
}

/// What a thread waits for that cannot go on.
fn waits_for(scene: &Scene, event: &Event) -> String {
    let what = announced(&scene.trace, event);
    if !event.blocked {
        return format!("goes round until something changes: {what}");
    }
    let holders = event.object.map(|object| scene.holders(object, scene.len())).unwrap_or_default();
    let held = if holders.is_empty() { String::new() } else { format!(", held by {}", holders.join(", ")) };
    format!("{what}{held}")
}

/// The file of the film of a game.
pub(crate) fn film(root: &Path, exercise: &Exercise) -> PathBuf {
    Workspace::new(root).scratch().join("films").join(format!("{}-played.html", exercise.id))
}
