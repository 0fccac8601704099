//! `replay`: run one interleaving again.

use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise};
use judge::{Judgement, Replayed, Schedule};
use kata_trace::{Divergence, Trace, Verdict};
use serde::Serialize;

use crate::exit::Outcome;
use crate::failure::Failure;
use crate::output::print;
use crate::repository::{Repository, say};
use crate::{judging, report, stage};

/// The arguments of `replay`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Run this file in place of the one that failed.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Run this schedule in place of the one that the last failing check found.
    #[arg(long, value_name = "SCHEDULE", requires = "scenario")]
    schedule: Option<String>,
    /// The scenario of that schedule.
    #[arg(long, value_name = "NAME", requires = "schedule")]
    scenario: Option<String>,
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
    let kept = Failure::load(workspace.scratch(), &exercise.id);
    let kept_file = kept.as_ref().map(|kept| repository.root.join(&kept.file)).filter(|_| arguments.schedule.is_none());
    let asked = arguments.file.as_deref().or(kept_file.as_deref());
    let (engine, scenario, tokens) = match (&arguments.schedule, &arguments.scenario, &kept) {
        (Some(schedule), Some(scenario), _) => {
            let engine = exercise
                .manifest
                .engines
                .iter()
                .find(|engine| judging::scenarios(&repository, &exercise, **engine).contains(scenario));
            let Some(&engine) = engine else {
                anstream::eprintln!("error: {} has no scenario `{scenario}`", exercise.id);
                return Ok(Outcome::BadUsage);
            };
            (engine, scenario.as_str(), Some(schedule.as_str()))
        }
        (_, _, Some(kept)) => (kept.engine, kept.scenario.as_str(), kept.schedule.as_deref()),
        _ => {
            anstream::eprintln!(
                "error: no check of {0} has failed yet: `cargo xtask check {0}` finds the interleaving to replay",
                exercise.id
            );
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
    if arguments.step && engine == Engine::Real && arguments.schedule.is_none() {
        return walk_through_what_was_seen(&repository, &exercise, asked);
    }
    let Some(tokens) = tokens.filter(|_| engine != Engine::Real) else {
        anstream::eprintln!(
            "error: {scenario} runs on threads of the operating system, and no schedule can be forced upon them: \
             `cargo xtask check {}` shows the failure again",
            exercise.id
        );
        return Ok(Outcome::BadUsage);
    };
    if !judging::exists(asked) {
        return Ok(Outcome::BadUsage);
    }
    let file = judging::file(&exercise, asked)?;
    let failure = kept.as_ref().and_then(|kept| kept.trace.as_ref()).filter(|_| arguments.schedule.is_none());
    let schedule = Schedule { engine, scenario, tokens };
    let replayed = judge::replay(repository.bench()?, &exercise, &file, schedule, &mut say)?;
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
            Replayed::Ran(judgement) => {
                report::replayed(&repository.root, &exercise, judgement, scenario, tokens, failure)
            }
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
