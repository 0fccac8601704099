//! `film`: an HTML file that shows an execution step by step.

use std::path::{Path, PathBuf};

use exercise::{Engine, Exercise};
use judge::{Judgement, Replayed, Schedule};
use kata_trace::{Evidence, Verdict};

use crate::exit::Outcome;
use crate::interleaving::Asked;
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
    #[command(flatten)]
    asked: Asked,
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
    let chosen = match arguments.asked.find(&repository, &exercise) {
        Ok(chosen) => chosen,
        Err(outcome) => return Ok(outcome),
    };
    let mut judgement = judging::judge(&repository, &exercise, &file)?.judgement;
    // The failure of a scenario is what there is to see of it, unless another execution is asked for.
    let other = chosen.filter(|chosen| {
        let any = arguments.asked.schedule.is_none() && arguments.asked.execution.is_none();
        !any || judgement.scenario.as_ref() != Some(&chosen.scenario)
    });
    if let Some(chosen) = other {
        let Some(shown) = execution(&repository, &exercise, &file, chosen.schedule())? else {
            return Ok(Outcome::BadUsage);
        };
        if arguments.asked.exceeds(&shown) {
            return Ok(Outcome::BadUsage);
        }
        judgement = told(shown, &judgement);
    } else if judgement.verdict == Verdict::Passed {
        let Some(schedule) = about(&exercise, &judgement) else {
            anstream::eprintln!(
                "error: {} passes, and of threads of the operating system only failures are recorded: there is \
                 nothing to show",
                exercise.id
            );
            return Ok(Outcome::BadUsage);
        };
        let Some(shown) = execution(&repository, &exercise, &file, schedule)? else {
            anyhow::bail!("the empty schedule applies to every program, and yet it diverged");
        };
        let Judgement { verdict, message, .. } = &shown;
        anyhow::ensure!(*verdict == Verdict::Passed, "{} passes, and then it does not: {message}", exercise.id);
        judgement = told(shown, &judgement);
    }
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

/// The execution of a file that passes which tells most: the first one of the scenario that the exercise is about.
/// `None` if no world of it can show one.
fn about<'a>(exercise: &Exercise, judgement: &'a Judgement) -> Option<Schedule<'a>> {
    let mut shown = judgement.scenarios.iter().filter(|scenario| scenario.engine != Engine::Real);
    let about = shown.clone().find(|scenario| scenario.name == exercise.manifest.scenario);
    let scenario = about.or_else(|| shown.next())?;
    Some(Schedule { engine: scenario.engine, scenario: &scenario.name, tokens: "" })
}

/// One execution. If its schedule does not apply, `None`: it says so on the standard error.
fn execution(
    repository: &Repository,
    exercise: &Exercise,
    file: &Path,
    schedule: Schedule<'_>,
) -> anyhow::Result<Option<Judgement>> {
    Ok(match judge::replay(repository.bench()?, exercise, file, schedule, &mut say)? {
        Replayed::Ran(judgement) => Some(*judgement),
        Replayed::Diverged { divergence, before } => {
            let where_to = report::divergence_in_words(&divergence, before.as_ref());
            anstream::eprintln!("error: the schedule does not apply to this program: {where_to}");
            None
        }
    })
}

/// One execution, with what is known from the exploration of all of them.
fn told(mut shown: Judgement, judged: &Judgement) -> Judgement {
    let scenario = judged
        .scenarios
        .iter()
        .find(|result| (Some(&result.name), Some(result.engine)) == (shown.scenario.as_ref(), shown.engine));
    shown.evidence = scenario.filter(|_| shown.verdict == Verdict::Passed).map(|scenario| Evidence {
        executions: scenario.executions,
        preemption_bound: scenario.preemption_bound,
        exhaustive: scenario.exhaustive,
        seed: scenario.seed,
        inputs: scenario.inputs,
    });
    // What the one execution comes to is not all that there is.
    if scenario.is_some() {
        shown.scenarios = judged.scenarios.clone();
    }
    shown
}
