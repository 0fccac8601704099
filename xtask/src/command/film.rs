//! `film`: an HTML file that shows an execution step by step.

use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise};
use judge::{Judgement, Replayed, Schedule};
use kata_trace::{Evidence, Verdict};

use crate::exit::Outcome;
use crate::output::print;
use crate::repository::{Repository, say};
use crate::{judging, report, stage};

/// The arguments of `film`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An id (03-deadlock), a number (3), or a slug (deadlock).
    exercise: String,
    /// Show this file in place of yours.
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Write the film here.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Open it in the browser.
    #[arg(long)]
    open: bool,
}

/// Judges a file and writes the film of its failure, or, if it passes, of an execution in which it holds.
pub(crate) fn film(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let Some(id) = repository.find_exercise(&arguments.exercise) else { return Ok(Outcome::BadUsage) };
    if !judging::exists(arguments.file.as_deref()) {
        return Ok(Outcome::BadUsage);
    }
    let exercise = repository.catalogue.exercise(id)?;
    let file = judging::file(&exercise, arguments.file.as_deref())?;
    let judgement = judging::judge(&repository, &exercise, &file)?.judgement;
    let judgement = if judgement.verdict == Verdict::Passed {
        match passing(&repository, &exercise, &file, &judgement)? {
            Some(judgement) => judgement,
            None => {
                anstream::eprintln!(
                    "error: {} passes, and of threads of the operating system only failures are recorded: there is \
                     nothing to show",
                    exercise.id
                );
                return Ok(Outcome::BadUsage);
            }
        }
    } else {
        judgement
    };
    if judgement.scenario.is_none() {
        print(&report::failed(&repository.root, &exercise, &judgement))?;
        return Ok(Outcome::NotPassed);
    }
    let films = repository.workspace().scratch().join("films");
    let out = arguments.out.clone().unwrap_or_else(|| films.join(format!("{}.html", exercise.id)));
    let kept = stage::hand_over(&judgement)?;
    let mut film = stage::command(&repository, "film", &exercise)?;
    film.arg("--judgement").arg(kept.path()).arg("--out").arg(out).args(arguments.open.then_some("--open"));
    stage::run(&mut film)
}

/// An execution of the scenario that the exercise is about, in a file that passes. `None` if no world of it can show
/// one.
fn passing(
    repository: &Repository,
    exercise: &Exercise,
    file: &Path,
    judgement: &Judgement,
) -> anyhow::Result<Option<Judgement>> {
    let mut shown = judgement.scenarios.iter().filter(|scenario| scenario.engine != Engine::Real);
    let about = shown.clone().find(|scenario| scenario.name == exercise.manifest.scenario);
    let Some(scenario) = about.or_else(|| shown.next()) else { return Ok(None) };
    let schedule = Schedule { engine: scenario.engine, scenario: &scenario.name, tokens: "" };
    let Replayed::Ran(mut ran) = judge::replay(repository.bench()?, exercise, file, schedule, &mut say)? else {
        anyhow::bail!("the empty schedule applies to every program, and yet it diverged");
    };
    anyhow::ensure!(ran.verdict == Verdict::Passed, "{} passes, and then it does not: {}", exercise.id, ran.message);
    ran.evidence = Some(Evidence {
        executions: scenario.executions,
        preemption_bound: scenario.preemption_bound,
        exhaustive: scenario.exhaustive,
        seed: scenario.seed,
        inputs: scenario.inputs,
    });
    // What the one execution comes to is not all that there is.
    ran.scenarios = judgement.scenarios.clone();
    Ok(Some(*ran))
}
