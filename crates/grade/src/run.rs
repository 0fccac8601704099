//! Judging the units of a plan, several at a time. What is judged already is not judged again.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;
use std::time::Instant;

use anyhow::Context as _;
use exercise::{Catalogue, Exercise};
use indicatif::{ProgressBar, ProgressStyle};
use judge::{Judgement, Step};
use kata_trace::Verdict;

use crate::SCHEMA;
use crate::judging::{Judging, in_one_line};
use crate::out::{Out, write};
use crate::plan::{Plan, Shard, Unit};
use crate::settled::Settled;

/// How often a unit is tried before its failure is our fault.
const ATTEMPTS: u32 = 2;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Units that were judged.
    pub judged: usize,
    /// Units that were judged before.
    pub known: usize,
    /// Units that could not be judged.
    pub errors: usize,
}

/// Judges a shard of a plan.
///
/// # Errors
/// The plan was made for something else than what is here, a world cannot be built, or a result cannot be written.
pub fn run(
    out: &Out,
    plan: &Plan,
    shard: Shard,
    catalogue: &Catalogue,
    judging: &Judging,
    jobs: Option<usize>,
    report: &mut dyn FnMut(Step),
) -> anyhow::Result<Ran> {
    let same = plan.harness == judging.harness && plan.sandbox == judging.sandbox();
    anyhow::ensure!(
        same,
        "the plan was made for another state of this repository, another compiler or another sandbox ({}): plan again",
        plan.sandbox
    );
    let units: Vec<&Unit> = plan.shard(shard).collect();
    let settled = |unit: &&&Unit| Settled::read(out, unit).is_some_and(|settled| settled.is_judged());
    let (known, todo): (Vec<&Unit>, Vec<&Unit>) = units.iter().partition(|unit| settled(unit));
    let mut exercises: BTreeMap<&str, Exercise> = BTreeMap::new();
    for unit in &todo {
        if !exercises.contains_key(unit.exercise.as_str()) {
            exercises.insert(&unit.exercise, catalogue.exercise(catalogue.find(&unit.exercise)?)?);
        }
    }
    judging.ready(&exercises.values().cloned().collect::<Vec<_>>(), report)?;
    for exercise in exercises.values() {
        judging.try_private(exercise)?;
    }
    let jobs = jobs.unwrap_or_else(|| usual_jobs(exercises.values()));
    let (next, errors) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let failed: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    let bar = bar(todo.len());
    let work = || {
        while let Some(unit) = todo.get(next.fetch_add(1, Ordering::Relaxed)) {
            let settled = settle(out, unit, &exercises[unit.exercise.as_str()], judging);
            errors.fetch_add(usize::from(!settled.is_judged()), Ordering::Relaxed);
            if let Err(error) = write(&out.unit(&unit.key), &settled) {
                failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(error);
                break;
            }
            bar.set_message(unit.exercise.clone());
            bar.inc(1);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..jobs.min(todo.len()) {
            scope.spawn(work);
        }
        work();
    });
    bar.finish_and_clear();
    if let Some(error) = failed.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        return Err(error);
    }
    let errors = errors.into_inner();
    Ok(Ran { judged: todo.len() - errors, known: known.len(), errors })
}

/// Judges one unit, and once more if that was our fault.
fn settle(out: &Out, unit: &Unit, exercise: &Exercise, judging: &Judging) -> Settled {
    let started = Instant::now();
    let mut settled = Settled { schema: SCHEMA, unit: unit.clone(), attempts: 0, ms: 0, judgement: None, error: None };
    while settled.judgement.is_none() && settled.attempts < ATTEMPTS {
        settled.attempts += 1;
        // A fault of the judge on one text is no reason to lose all the others.
        let judged = std::panic::catch_unwind(AssertUnwindSafe(|| judge(out, unit, exercise, judging)));
        match judged {
            Ok(Ok(judgement)) => {
                settled.judgement = Some(judgement);
                settled.error = None;
            }
            Ok(Err(error)) => settled.error = Some(in_one_line(&error)),
            Err(_) => settled.error = Some("the judge panicked".to_owned()),
        }
    }
    settled.ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    settled
}

fn judge(out: &Out, unit: &Unit, exercise: &Exercise, judging: &Judging) -> anyhow::Result<Judgement> {
    let text = out.texts().read(&unit.text).context("the text is lost: plan again")?;
    let judgement = judging.judge(exercise, &text)?;
    anyhow::ensure!(judgement.verdict != Verdict::InternalError, "{}", judgement.message);
    Ok(judgement)
}

/// As many as there are processors, and as fit into the memory that is free if each takes all that it may.
fn usual_jobs<'a>(exercises: impl Iterator<Item = &'a Exercise>) -> usize {
    let processors = available_parallelism().map_or(1, std::num::NonZero::get);
    let budgets = exercises.flat_map(|exercise| {
        let manifest = &exercise.manifest;
        manifest.scenario_budget.values().chain([&manifest.budget]).map(|budget| budget.memory_mib)
    });
    let (Some(needed), Some(free)) = (budgets.max(), free_mib()) else { return processors };
    processors.min(usize::try_from(free / needed.max(1)).unwrap_or(1)).max(1)
}

fn free_mib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024)
}

/// How far it has come, on a terminal.
fn bar(all: usize) -> ProgressBar {
    let style = ProgressStyle::with_template("{pos} of {len} {wide_bar} {eta} {msg}");
    ProgressBar::new(all as u64).with_style(style.expect("the template is well-formed"))
}
