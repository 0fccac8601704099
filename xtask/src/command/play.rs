//! `play`: the learner is the scheduler.

use std::path::PathBuf;

use exercise::{Engine, Exercise};
use judge::{Judgement, ScenarioResult};
use kata_trace::Verdict;

use crate::exit::Outcome;
use crate::output::print;
use crate::repository::Repository;
use crate::{judging, learner, report, stage};

/// The arguments of `play`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Play this file in place of yours; breaking it awards nothing.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Play this scenario in place of the one that fails.
    #[arg(long, value_name = "NAME")]
    scenario: Option<String>,
    /// Open the film of the game in the browser.
    #[arg(long)]
    open: bool,
}

/// Lets the learner break a file by hand, and remembers it.
pub(crate) fn play(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    if !judging::exists(arguments.file.as_deref()) {
        return Ok(Outcome::BadUsage);
    }
    let exercise = repository.catalogue.exercise(id)?;
    if let Err(why) = playable(&repository, &exercise, arguments.scenario.as_deref()) {
        anstream::eprintln!("error: {why}");
        return Ok(Outcome::BadUsage);
    }
    if !stage::has_terminal() {
        anstream::eprintln!("error: a game needs a terminal, and the standard input or output is none");
        return Ok(Outcome::BadUsage);
    }
    let file = judging::file(&exercise, arguments.file.as_deref())?;
    // What fails is worth playing; what cannot fail is said when the player has tried.
    let judgement = judging::judge(&repository, &exercise, &file)?.judgement;
    if judgement.verdict != Verdict::Passed && judgement.scenario.is_none() {
        print(&report::failed(&repository.root, &exercise, &judgement))?;
        return Ok(Outcome::NotPassed);
    }
    let scenario = arguments.scenario.clone().unwrap_or_else(|| scenario(&repository, &exercise, &judgement));
    let mut game = stage::command(&repository, "play", &exercise)?;
    game.arg("--file").arg(&file).arg("--scenario").arg(&scenario).args(arguments.open.then_some("--open"));
    // The input that it fails with, where inputs are generated.
    let failing = judgement.schedule.as_deref().filter(|_| judgement.scenario.as_ref() == Some(&scenario));
    if let Some((input, _)) = failing.and_then(|schedule| schedule.split_once('@')) {
        game.arg("--input").arg(input);
    }
    let is_it = |result: &&ScenarioResult| result.name == scenario && result.engine == Engine::Shuttle;
    if let Some(held) = judgement.scenarios.iter().find(is_it).filter(|held| held.verdict == Verdict::Passed) {
        game.arg("--held").arg(held.executions.to_string()).args(held.exhaustive.then_some("--exhaustive"));
    }
    let outcome = stage::run(&mut game)?;
    if outcome != Outcome::NotPassed {
        if failing.is_some() && judgement.threads.len() == 1 {
            let all = judging::scenarios(&repository, &exercise, Engine::Shuttle);
            let others: Vec<_> = all.into_iter().filter(|other| *other != scenario).collect();
            let others = others.join(", ");
            print(&format!(
                "\nin other scenarios there are choices: cargo xtask play {id} --scenario NAME, of {others}\n"
            ))?;
        }
        return Ok(outcome);
    }
    if arguments.file.is_none() {
        learner::enter(&repository, |progress| progress.break_it(id))?;
    }
    Ok(Outcome::Passed)
}

/// Why an exercise, or one scenario of it, cannot be played, if it cannot.
fn playable(repository: &Repository, exercise: &Exercise, scenario: Option<&str>) -> Result<(), String> {
    let (id, engines) = (&exercise.id, &exercise.manifest.engines);
    let has = |engine: &Engine, scenario: &str| {
        judging::scenarios(repository, exercise, *engine).iter().any(|name| name == scenario)
    };
    let worlds: Vec<Engine> = match scenario {
        Some(scenario) => engines.iter().copied().filter(|engine| has(engine, scenario)).collect(),
        None => engines.clone(),
    };
    let reason = match worlds.first() {
        None => return Err(format!("{id} has no scenario `{}`", scenario.unwrap_or_default())),
        Some(_) if worlds.contains(&Engine::Shuttle) => return Ok(()),
        Some(Engine::Real) => "it runs on threads of the operating system, and nobody can decide for them who goes on",
        Some(_) => {
            "it is about weak memory, where not only who goes on is open at each step, but also which of several \
             values a load sees"
        }
    };
    Err(format!("{} cannot be played by hand: {reason}", scenario.unwrap_or(id.as_str())))
}

/// The scenario that fails; of a file that passes, the one that the exercise is about.
fn scenario(repository: &Repository, exercise: &Exercise, judgement: &Judgement) -> String {
    let all = judging::scenarios(repository, exercise, Engine::Shuttle);
    let failing = judgement.scenario.as_ref().filter(|_| judgement.engine == Some(Engine::Shuttle));
    let about = &exercise.manifest.scenario;
    failing.or_else(|| all.iter().find(|name| *name == about)).or(all.first()).cloned().unwrap_or_default()
}
