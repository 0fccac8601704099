//! `verify`: judge the exercises themselves.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use exercise::Exercise;
use indicatif::{ProgressBar, ProgressStyle};
use judge::corpus;
use serde::Serialize;

use crate::exit::Outcome;
use crate::output::print;
use crate::report;
use crate::repository::{Repository, say};

/// The arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Ids, numbers or slugs; all exercises if there are none.
    exercises: Vec<String>,
    /// Judge every program anew: without this, what has not changed keeps its verdict.
    #[arg(long)]
    uncached: bool,
    /// Print one JSON object on the standard output.
    #[arg(long)]
    json: bool,
    /// Write a report for continuous integration to this file, in the form that JUnit has.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// Judges every starter and every fix, and says which did not get its declared verdict.
pub(crate) fn verify(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let mut exercises: Vec<Exercise> = Vec::new();
    for name in &arguments.exercises {
        let Some(id) = repository.find_exercise(name) else { return Ok(Outcome::BadUsage) };
        exercises.push(repository.catalogue.exercise(id)?);
    }
    if arguments.exercises.is_empty() {
        for id in repository.catalogue.ids() {
            exercises.push(repository.catalogue.exercise(id)?);
        }
    }
    // What cannot be built is said before the work is done.
    let reporter = match &arguments.junit {
        Some(_) => Some(repository.bench()?.ready_tool("junit", &mut say)?),
        None => None,
    };
    let started = Instant::now();
    let bar = bar();
    let tell = |progress: corpus::Progress<'_>| match progress.last {
        None => bar.set_length(progress.all as u64),
        Some(last) => {
            bar.set_message(last.exercise.clone());
            bar.inc(1);
        }
    };
    let verified = corpus::verify(repository.bench()?, &exercises, !arguments.uncached, &mut say, &tell)?;
    bar.finish_and_clear();
    let mut missing = BTreeMap::new();
    for exercise in &exercises {
        let what = exercise::missing(&repository.root, exercise)?;
        if !what.is_empty() {
            missing.insert(exercise.id.as_str(), what);
        }
    }
    let summary = Summary::new(&verified, &missing, started);
    let json = serde_json::to_string(&summary)? + "\n";
    if let (Some(reporter), Some(file)) = (&reporter, &arguments.junit) {
        write_report(reporter, &json, file)?;
    }
    if arguments.json {
        print(&json)?;
    } else {
        print(&report::verified(&verified))?;
        print(&report::missing(&missing))?;
    }
    let well = summary.deviations == 0 && missing.is_empty();
    Ok(if well { Outcome::Passed } else { Outcome::NotPassed })
}

/// Has the program that can make a report, and puts it where it is wanted.
fn write_report(reporter: &Path, json: &str, file: &Path) -> anyhow::Result<()> {
    let run = || {
        let mut child = Command::new(reporter).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        // It reads everything before it writes anything.
        child.stdin.take().expect("it is piped").write_all(json.as_bytes())?;
        child.wait_with_output()
    };
    let output = run().with_context(|| format!("cannot run {}", reporter.display()))?;
    anyhow::ensure!(output.status.success(), "the report could not be made: {}", output.status);
    std::fs::write(file, output.stdout).with_context(|| format!("cannot write {}", file.display()))
}

/// How far it has come, on a terminal.
fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{pos} of {len} {wide_bar} {eta} {msg}");
    ProgressBar::new(0).with_style(style.expect("the template is well-formed"))
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Summary<'a> {
    schema: u32,
    programs: usize,
    deviations: usize,
    verified: &'a [corpus::Verified],
    /// What exercises lack that are not finished.
    missing: &'a BTreeMap<&'a str, Vec<String>>,
    /// Milliseconds on the wall clock, for all of it.
    ms: u128,
}

impl<'a> Summary<'a> {
    fn new(verified: &'a [corpus::Verified], missing: &'a BTreeMap<&'a str, Vec<String>>, started: Instant) -> Self {
        let deviations = verified.iter().filter(|program| program.deviation.is_some()).count();
        Summary {
            schema: judge::SCHEMA,
            programs: verified.len(),
            deviations,
            verified,
            missing,
            ms: started.elapsed().as_millis(),
        }
    }
}
