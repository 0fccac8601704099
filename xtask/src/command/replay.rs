//! `replay`: run one interleaving again.

use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise};
use judge::{Judgement, Replayed, Schedule};
use kata_trace::{Divergence, Trace, Verdict};
use serde::Serialize;

use crate::exit::Outcome;
use crate::failure::Failure;
use crate::interleaving::Asked;
use crate::output::print;
use crate::repository::{Repository, say};
use crate::{judging, report, stage};

/// The arguments of `replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Run this file in place of yours: through its own last failure, or else through yours.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    #[command(flatten)]
    asked: Asked,
    /// Walk through it step by step, forward and back.
    #[arg(long, conflicts_with = "json")]
    step: bool,
    /// Print one JSON object on the standard output.
    #[arg(long)]
    json: bool,
}

/// Runs a schedule and says what came of it.
pub(crate) fn replay(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    let exercise = repository.catalogue.exercise(id)?;
    let workspace = repository.workspace();
    let asked = arguments.file.as_deref();
    let chosen = match arguments.asked.find(&repository, &exercise) {
        Ok(chosen) => chosen,
        Err(outcome) => return Ok(outcome),
    };
    let kept = if chosen.is_some() { None } else { failure_of(&repository, &exercise, asked) };
    let schedule = match (&chosen, &kept) {
        (Some(chosen), _) => Some(chosen.schedule()),
        (None, Some(kept)) => kept.schedule(),
        (None, None) => {
            say_that_nothing_failed(&repository, &exercise);
            return Ok(Outcome::BadUsage);
        }
    };
    if arguments.step && !stage::has_terminal() {
        anstream::eprintln!(
            "error: walking through an execution needs a terminal, and the standard input or output is none: \
             `cargo xtask replay {0}` prints it, `cargo xtask film {0}` makes a page of it",
            exercise.id
        );
        return Ok(Outcome::BadUsage);
    }
    if arguments.step && schedule.is_none() {
        return walk_through_what_was_seen(&repository, &exercise, asked);
    }
    let Some(schedule) = schedule else {
        anstream::eprintln!(
            "error: {} failed on threads of the operating system, and no schedule can be forced upon them: \
             `cargo xtask check {}` shows the failure again",
            kept.as_ref().map_or("it", |kept| &kept.scenario),
            exercise.id
        );
        return Ok(Outcome::BadUsage);
    };
    if !judging::exists(asked) {
        return Ok(Outcome::BadUsage);
    }
    let file = judging::file(&exercise, asked)?;
    let failure = kept.as_ref().and_then(|kept| kept.trace.as_ref());
    let replayed = judge::replay(repository.bench()?, &exercise, &file, schedule, &mut say)?;
    if let Replayed::Ran(judgement) = &replayed
        && arguments.asked.exceeds(judgement)
    {
        return Ok(Outcome::BadUsage);
    }
    if arguments.step
        && let Replayed::Ran(judgement) = &replayed
        && judgement.execution().is_some()
    {
        return walk_through(&repository, &exercise, judgement);
    }
    let shown = workspace.shown(&file);
    if arguments.json {
        let shown = shown.to_string_lossy();
        let answer = Answer::new(schedule, &shown, failure, &replayed);
        print(&format!("{}\n", serde_json::to_string(&answer)?))?;
    } else {
        let mut text = report::heading(&exercise);
        if shown != exercise.source() {
            text += &format!("of {}\n\n", shown.display());
        }
        text += &match &replayed {
            Replayed::Ran(judgement) => report::replayed(&repository.root, &exercise, judgement, schedule, failure),
            Replayed::Diverged { divergence, before } => report::diverged(divergence, before.as_ref()),
        };
        print(&text)?;
    }
    Ok(match &replayed {
        Replayed::Ran(judgement) => match judgement.verdict {
            Verdict::Passed => Outcome::Passed,
            Verdict::InternalError => Outcome::InternalError,
            _ => Outcome::NotPassed,
        },
        Replayed::Diverged { .. } => Outcome::NotPassed,
    })
}

/// The failure to run again: of the file that was asked for, or of the learner's. A file that has not failed is run
/// through the failure that is there.
fn failure_of(repository: &Repository, exercise: &Exercise, asked: Option<&Path>) -> Option<Failure> {
    let workspace = repository.workspace();
    let own = || Failure::own(workspace.scratch(), exercise);
    let Some(asked) = asked.map(|file| workspace.shown(file)).filter(|file| *file != exercise.source()) else {
        return own();
    };
    let elsewhere = Failure::elsewhere(workspace.scratch(), &exercise.id);
    let (its, others) = (elsewhere.clone().filter(|failure| failure.file == asked), elsewhere);
    its.or_else(own).or(others)
}

fn say_that_nothing_failed(repository: &Repository, exercise: &Exercise) {
    let id = &exercise.id;
    match Failure::elsewhere(repository.workspace().scratch(), id) {
        Some(other) => anstream::eprintln!(
            "error: no check of yours has failed yet; `cargo xtask replay {id} --file {0}` runs the failure of {0} again",
            other.file.display()
        ),
        None => anstream::eprintln!(
            "error: no check of {id} has failed yet: `cargo xtask check {id}` finds the interleaving to replay"
        ),
    }
}

/// Steps through an execution, on a screen.
fn walk_through(repository: &Repository, exercise: &Exercise, judgement: &Judgement) -> anyhow::Result<Outcome> {
    let handed = stage::hand_over(judgement)?;
    stage::run(stage::command(repository, "step", exercise)?.arg("--judgement").arg(handed.path()))
}

/// Steps through the failure of a file on threads of the operating system: it cannot be run again, but it was recorded.
fn walk_through_what_was_seen(
    repository: &Repository,
    exercise: &Exercise,
    asked: Option<&Path>,
) -> anyhow::Result<Outcome> {
    if !judging::exists(asked) {
        return Ok(Outcome::BadUsage);
    }
    let file = judging::file(exercise, asked)?;
    let judgement = judging::judge(repository, exercise, &file)?.judgement;
    if judgement.execution().is_some() {
        return walk_through(repository, exercise, &judgement);
    }
    if judgement.verdict == Verdict::Passed {
        anstream::eprintln!("error: {} passes now: there is no failure to walk through", exercise.id);
        return Ok(Outcome::BadUsage);
    }
    print(&report::failed(&repository.root, exercise, &judgement))?;
    Ok(Outcome::NotPassed)
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Answer<'a> {
    schema: u32,
    file: &'a str,
    engine: Engine,
    scenario: &'a str,
    schedule: &'a str,
    /// Whether the schedule applies to the file; `null` if the file was refused.
    applies: Option<bool>,
    /// Where the execution goes another way than the failure did.
    #[serde(skip_serializing_if = "Option::is_none")]
    departs: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    diverged: Option<Diverged<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judgement: Option<Judgement>,
}

#[derive(Debug, Serialize)]
struct Diverged<'a> {
    #[serde(flatten)]
    divergence: &'a Divergence,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Trace>,
}

impl<'a> Answer<'a> {
    fn new(schedule: Schedule<'a>, file: &'a str, failure: Option<&Trace>, replayed: &'a Replayed) -> Self {
        let Schedule { engine, scenario, tokens } = schedule;
        let answer = Answer {
            schema: judge::SCHEMA,
            file,
            engine,
            scenario,
            schedule: tokens,
            applies: None,
            departs: None,
            diverged: None,
            judgement: None,
        };
        match replayed {
            Replayed::Ran(judgement) => Answer {
                applies: judgement.scenario.is_some().then_some(true),
                departs: failure
                    .zip(judgement.execution())
                    .and_then(|(failure, now)| report::departure_in_words(failure, &now)),
                judgement: Some(judgement.without_colours()),
                ..answer
            },
            Replayed::Diverged { divergence, before } => {
                let message = report::divergence_in_words(divergence, before.as_ref());
                let diverged = Diverged { divergence, message, before: before.as_ref() };
                Answer { applies: Some(false), diverged: Some(diverged), ..answer }
            }
        }
    }
}
