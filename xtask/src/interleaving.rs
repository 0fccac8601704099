//! Which interleaving of which scenario a command is about.

use exercise::{Engine, Exercise};
use judge::{Judgement, Schedule};
use kata_trace::Verdict;

use crate::exit::Outcome;
use crate::judging;
use crate::repository::Repository;

/// The arguments that choose an interleaving.
#[derive(Debug, clap::Args)]
pub(crate) struct Asked {
    /// Show this scenario: the first execution of it that is explored, unless another one is asked for.
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// Follow this schedule: outcomes are listed with one, and `--json` gives that of a failure.
    #[arg(long, value_name = "SCHEDULE", requires = "scenario")]
    pub(crate) schedule: Option<String>,
    /// Show the execution with this number, in the order in which they are explored.
    #[arg(long, value_name = "NUMBER", requires = "scenario", conflicts_with = "schedule")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) execution: Option<u64>,
}

/// An interleaving that was asked for.
#[derive(Debug)]
pub(crate) struct Interleaving {
    pub(crate) engine: Engine,
    pub(crate) scenario: String,
    tokens: String,
}

impl Asked {
    /// What was asked for, if anything was. It says on the standard error why there is no such thing.
    pub(crate) fn find(&self, repository: &Repository, exercise: &Exercise) -> Result<Option<Interleaving>, Outcome> {
        let Some(scenario) = &self.scenario else { return Ok(None) };
        let has = |engine: &&Engine| judging::scenarios(repository, exercise, **engine).contains(scenario);
        match exercise.manifest.engines.iter().find(has) {
            None => {
                let known: Vec<_> = (exercise.manifest.engines.iter())
                    .flat_map(|&engine| judging::scenarios(repository, exercise, engine))
                    .collect();
                let id = &exercise.id;
                anstream::eprintln!("error: {id} has no scenario `{scenario}`, but these: {}", known.join(", "));
                Err(Outcome::BadUsage)
            }
            Some(Engine::Real) => {
                anstream::eprintln!(
                    "error: {scenario} runs on threads of the operating system, and no schedule can be forced upon \
                     them: `cargo xtask check {}` shows the failure again",
                    exercise.id
                );
                Err(Outcome::BadUsage)
            }
            Some(&engine) => {
                let numbered = self.execution.map(|number| format!("#{number}"));
                let tokens = numbered.or_else(|| self.schedule.clone()).unwrap_or_default();
                Ok(Some(Interleaving { engine, scenario: scenario.clone(), tokens }))
            }
        }
    }

    /// Whether there are fewer executions than the number that was asked for. If so, it says so on the standard error.
    pub(crate) fn exceeds(&self, shown: &Judgement) -> bool {
        let (Some(wanted), Some(evidence)) = (self.execution, &shown.evidence) else { return false };
        let there = evidence.executions;
        if there < wanted {
            let scenario = self.scenario.as_deref().unwrap_or_default();
            let last = if shown.verdict != Verdict::Passed { ", the last of which fails" } else { "" };
            let executions = if there == 1 { "execution" } else { "executions" };
            anstream::eprintln!("error: {scenario} has only {there} {executions} to explore{last}");
        }
        there < wanted
    }
}

impl Interleaving {
    pub(crate) fn schedule(&self) -> Schedule<'_> {
        Schedule { engine: self.engine, scenario: &self.scenario, tokens: &self.tokens }
    }
}
