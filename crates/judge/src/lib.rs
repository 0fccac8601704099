//! From a learner's file to a verdict: lint, compile, run every scenario in a process of its own.
//!
//! [`judge`] is the whole of it. The same pipeline serves a learner's check and the verification of the corpus.

mod cache;
mod cargo;
mod child;
mod compile;
pub mod corpus;
pub mod demo;
mod error;
mod excerpt;
mod fingerprint;
mod lint;
mod naming;
mod play;
mod process;
mod recognise;
mod replay;
mod run;
mod scenario;
mod simplest;
mod slot;
mod tool;
mod toolchain;
mod verdict;
mod workspace;
mod world;

use std::path::{Path, PathBuf};
use std::time::Instant;

use exercise::{Engine, Exercise};
use kata_trace::Verdict;

pub use cache::write as replace_file;
pub use child::{Cancel, kill_all};
pub use error::Error;
pub use play::{Game, Position};
pub use recognise::{Recognised, Recogniser};
pub use replay::{Replayed, Schedule, replay, simplify};
pub use scenario::{Scenario, scenarios};
pub use toolchain::Toolchain;
pub use verdict::{Diagnostic, Judgement, Milliseconds, Rejection, SCHEMA, ScenarioResult};
pub use workspace::Workspace;
pub use world::{Needs, World};

use crate::compile::Job;
use crate::excerpt::Source;
use crate::naming::Names;
use crate::verdict::millis;

/// What is found out once and serves any number of judgements.
#[derive(Debug)]
pub struct Bench {
    workspace: Workspace,
    toolchain: Toolchain,
    fingerprint: String,
}

impl Bench {
    /// Looks at the toolchain and at what the worlds are made of.
    ///
    /// # Errors
    /// There is no toolchain, or the repository cannot be read.
    pub fn new(workspace: Workspace) -> Result<Self, Error> {
        let toolchain = Toolchain::find()?;
        let fingerprint = world::fingerprint(&workspace, &toolchain)?;
        Ok(Bench { workspace, toolchain, fingerprint })
    }

    /// The repository.
    pub fn workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// The compiler.
    pub fn toolchain(&self) -> &Toolchain {
        &self.toolchain
    }

    /// A world that is built and up to date.
    pub fn world(&self, needs: Needs<'_>) -> Option<World> {
        world::remembered(&self.workspace, needs, &self.fingerprint)
    }

    /// Builds a world where it is not ready.
    ///
    /// # Errors
    /// cargo fails.
    pub fn ready_world(&self, needs: Needs<'_>, report: &mut dyn FnMut(Step)) -> Result<World, Error> {
        if let Some(world) = self.world(needs) {
            return Ok(world);
        }
        report(Step::BuildingWorld(needs.engine));
        world::build(&self.workspace, &self.toolchain, needs, &self.fingerprint)
    }

    /// A program of this repository that a check does without: the package's name. Built where it is not ready.
    ///
    /// # Errors
    /// cargo fails.
    pub fn ready_tool(&self, name: &'static str, report: &mut dyn FnMut(Step)) -> Result<PathBuf, Error> {
        tool::ready(&self.workspace, &self.toolchain, name, || report(Step::BuildingTool(name)))
    }
}

/// What a judgement is busy with, where that takes seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// cargo builds a world; what it says follows on the standard error.
    BuildingWorld(Engine),
    /// cargo builds a program of this repository; what it says follows on the standard error.
    BuildingTool(&'static str),
}

/// How to judge.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Take the verdict on a file that has not changed from memory.
    pub remember: bool,
    /// Scenarios that run at the same time.
    pub jobs: usize,
}

/// A judgement, and whether it is an old one.
#[derive(Debug)]
pub struct Judged {
    /// What was found.
    pub judgement: Judgement,
    /// An earlier check of the same file found it.
    pub remembered: bool,
}

/// Judges `file` as a fix of an exercise.
///
/// # Errors
/// The file cannot be read, or something fails that is no fault of the file.
pub fn judge(
    bench: &Bench,
    exercise: &Exercise,
    file: &Path,
    options: Options,
    report: &mut dyn FnMut(Step),
) -> Result<Judged, Error> {
    let started = Instant::now();
    let (shown, bytes) = read(bench, file)?;
    let entry = cache::Entry::new(&bench.workspace, exercise, &shown, &bytes, &bench.fingerprint)?;
    let remembered = if options.remember { entry.load() } else { None };
    if let Some(judgement) = remembered {
        return Ok(Judged { judgement, remembered: true });
    }
    let mut judgement = decide(bench, exercise, &shown.to_string_lossy(), &bytes, options, report)?;
    judgement.ms.total = millis(started.elapsed());
    entry.store(&judgement)?;
    Ok(Judged { judgement, remembered: false })
}

/// The verdict on `file` as it is now, if an earlier check has found it.
///
/// # Errors
/// The file or the exercise cannot be read.
pub fn remembered(bench: &Bench, exercise: &Exercise, file: &Path) -> Result<Option<Judgement>, Error> {
    let (shown, bytes) = read(bench, file)?;
    Ok(cache::Entry::new(&bench.workspace, exercise, &shown, &bytes, &bench.fingerprint)?.load())
}

/// A file's name, as it is shown, and what it says.
fn read(bench: &Bench, file: &Path) -> Result<(PathBuf, Vec<u8>), Error> {
    let shown = bench.workspace.shown(file);
    let path = bench.workspace.root().join(&shown);
    let bytes = std::fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
    Ok((shown, bytes))
}

fn decide(
    bench: &Bench,
    exercise: &Exercise,
    shown: &str,
    bytes: &[u8],
    options: Options,
    report: &mut dyn FnMut(Step),
) -> Result<Judgement, Error> {
    let text = match lint::lint(exercise, shown, bytes) {
        Ok(text) => text,
        Err(rejection) => return Ok(Judgement::rejected(&exercise.id, rejection)),
    };
    let root = bench.workspace.root();
    let mut ms = Milliseconds::default();
    let mut results = Vec::new();
    for &engine in &exercise.manifest.engines {
        let source = Source { name: shown, text };
        let prepared = match prepare(bench, exercise, engine, source, &mut ms, report)? {
            Ok(prepared) => prepared,
            Err(rejection) => return Ok(Judgement { ms, ..Judgement::rejected(&exercise.id, rejection) }),
        };
        let Prepared { program, scenarios, .. } = &prepared;
        let started = Instant::now();
        let ran = run::run(exercise, engine, program, scenarios, root, options.jobs)?;
        ms.run += millis(started.elapsed());
        for run::Ran { result, mut record } in ran {
            let failed = result.verdict != Verdict::Passed;
            results.push(result);
            if failed {
                let started = Instant::now();
                record = simplest::simplest(engine, &program.path, root, exercise, record)?;
                ms.run += millis(started.elapsed());
                if let Some(trace) = &mut record.trace {
                    prepared.names.give(trace);
                }
                return Ok(Judgement { ms, ..Judgement::ended(&exercise.id, engine, record, results) });
            }
        }
    }
    Ok(Judgement { ms, ..Judgement::passed(&exercise.id, results) })
}

/// A program that is ready to run scenarios.
struct Prepared {
    program: compile::Program,
    scenarios: Vec<Scenario>,
    names: Names,
}

/// Compiles a file that the lint has accepted.
fn prepare(
    bench: &Bench,
    exercise: &Exercise,
    engine: Engine,
    source: Source<'_>,
    ms: &mut Milliseconds,
    report: &mut dyn FnMut(Step),
) -> Result<Result<Prepared, Rejection>, Error> {
    let world = bench.ready_world(Needs::of(exercise, engine), report)?;
    let hidden_path = exercise.hidden(engine);
    let read = std::fs::read_to_string(bench.workspace.root().join(&hidden_path));
    let hidden = read.map_err(|error| Error::io("read", &hidden_path, error))?;
    let scenarios = scenarios(&hidden).map_err(|error| Error::new(format!("{}: {error}", hidden_path.display())))?;
    let hidden_name = hidden_path.to_string_lossy().into_owned();
    let job = Job {
        workspace: &bench.workspace,
        toolchain: &bench.toolchain,
        world: &world,
        exercise,
        source,
        hidden: Source { name: &hidden_name, text: &hidden },
        scenarios: &scenarios,
    };
    let started = Instant::now();
    let (compiled, names) = std::thread::scope(|scope| {
        // The compiler leaves a processor for it.
        let names = scope.spawn(|| Names::of(&[job.source, job.hidden]));
        let compiled = compile::compile(&job);
        (compiled, names.join().expect("reading sources does not panic"))
    });
    ms.compile += millis(started.elapsed());
    Ok(compiled?.map(|program| Prepared { program, scenarios, names }))
}
