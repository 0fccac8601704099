//! From a learner's file to a verdict: lint, compile, run every scenario in a process of its own.
//!
//! [`judge`] is the whole of it. The same pipeline serves a learner's check and the verification of the corpus.

mod cache;
mod canary;
mod cargo;
mod child;
mod compile;
pub mod corpus;
mod deep;
pub mod demo;
mod error;
mod excerpt;
mod fingerprint;
mod lint;
mod naming;
mod outdated;
mod play;
mod process;
mod recognise;
mod replay;
mod room;
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
use sandbox::Sandbox;

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
use crate::deep::deeply;
use crate::excerpt::Source;
use crate::naming::Names;
use crate::verdict::millis;

/// What is found out once and serves any number of judgements.
#[derive(Debug)]
pub struct Bench {
    workspace: Workspace,
    toolchain: Toolchain,
    fingerprint: String,
    sandbox: Option<Sandbox>,
}

impl Bench {
    /// Looks at the toolchain and at what the worlds are made of.
    ///
    /// # Errors
    /// There is no toolchain, or the repository cannot be read.
    pub fn new(workspace: Workspace) -> Result<Self, Error> {
        let toolchain = Toolchain::find()?;
        let fingerprint = world::fingerprint(&workspace, &toolchain)?;
        Ok(Bench { workspace, toolchain, fingerprint, sandbox: None })
    }

    /// Confines the compiler and the programs of whoever wrote the file.
    #[must_use]
    pub fn with_sandbox(self, sandbox: Option<Sandbox>) -> Self {
        Bench { sandbox, ..self }
    }

    /// What confines them, if anything does.
    pub fn sandbox(&self) -> Option<&Sandbox> {
        self.sandbox.as_ref()
    }

    /// Stands for what every file is judged with: the worlds, the compiler and its flags, this program.
    pub fn identity(&self) -> String {
        let tier = self.sandbox.as_ref().map_or("", |sandbox| sandbox.tier().name());
        format!("{} {} {tier}", self.fingerprint, cache::judge_identity())
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

    /// A program of this repository that was built earlier, up to date or not.
    pub fn tool(&self, name: &str) -> Option<PathBuf> {
        tool::remembered(&self.workspace, name)
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
pub struct Options<'a> {
    /// Take the verdict on a file that has not changed from memory.
    pub remember: bool,
    /// Scenarios that run at the same time.
    pub jobs: usize,
    /// Go on behind the first scenario that fails.
    pub every_scenario: bool,
    /// Edits of the same file will follow: what the compiler finds out is kept for them, which is wasted on others.
    pub edits_follow: bool,
    /// A folder with further scenarios: `03-deadlock/hidden/shuttle.rs` in it is judged as the exercise's own file is.
    pub overlay: Option<&'a Path>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { remember: false, jobs: 1, every_scenario: false, edits_follow: true, overlay: None }
    }
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
    options: Options<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Judged, Error> {
    let started = Instant::now();
    let (shown, bytes) = read(bench, file)?;
    let entry = cache::Entry::new(bench, exercise, &shown, &bytes)?;
    let usual = !options.every_scenario && options.overlay.is_none();
    let remembered = if options.remember && usual { entry.load() } else { None };
    if let Some(judgement) = remembered {
        return Ok(Judged { judgement, remembered: true });
    }
    let given = Given { name: &shown.to_string_lossy(), bytes: &bytes, in_its_place: true };
    let mut judgement = decide(bench, exercise, given, options, report)?;
    judgement.ms.total = millis(started.elapsed());
    if usual {
        entry.store(&judgement)?;
    }
    Ok(Judged { judgement, remembered: false })
}

/// Judges a stranger's text as if the file `name` said it, a path relative to the repository's root that need not exist.
/// Nothing is remembered, and nothing that an earlier text left behind can be read by the compiler. A program must also
/// fail where it has to, and types that the exercise compares must be compared by what they are made of.
///
/// # Errors
/// Something fails that is no fault of the text.
pub fn judge_text(
    bench: &Bench,
    exercise: &Exercise,
    name: &Path,
    text: &[u8],
    options: Options<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Judgement, Error> {
    let started = Instant::now();
    let given = Given { name: &name.to_string_lossy(), bytes: text, in_its_place: false };
    let mut judgement = decide(bench, exercise, given, options, report)?;
    judgement.ms.total = millis(started.elapsed());
    Ok(judgement)
}

/// The verdict on `file` as it is now, if an earlier check has found it.
///
/// # Errors
/// The file or the exercise cannot be read.
pub fn remembered(bench: &Bench, exercise: &Exercise, file: &Path) -> Result<Option<Judgement>, Error> {
    let (shown, bytes) = read(bench, file)?;
    Ok(cache::Entry::new(bench, exercise, &shown, &bytes)?.load())
}

/// A file's name, as it is shown, and what it says.
fn read(bench: &Bench, file: &Path) -> Result<(PathBuf, Vec<u8>), Error> {
    let shown = bench.workspace.shown(file);
    let path = bench.workspace.root().join(&shown);
    let bytes = std::fs::read(&path).map_err(|error| Error::io("read", &path, error))?;
    Ok((shown, bytes))
}

/// What is to be judged.
#[derive(Clone, Copy)]
struct Given<'a> {
    /// The file's name, as it is shown.
    name: &'a str,
    /// What it says.
    bytes: &'a [u8],
    /// Whether the file of that name says so.
    in_its_place: bool,
}

/// A learner's text.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    /// With the name that it is shown with.
    pub(crate) source: Source<'a>,
    /// Whether it lies where the name says.
    pub(crate) in_its_place: bool,
}

impl<'a> Text<'a> {
    pub(crate) fn in_its_place(source: Source<'a>) -> Self {
        Text { source, in_its_place: true }
    }
}

fn decide(
    bench: &Bench,
    exercise: &Exercise,
    given: Given<'_>,
    options: Options<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Judgement, Error> {
    let tier = bench.sandbox.as_ref().map(Sandbox::tier);
    let judgement = judgement(bench, exercise, given, options, report)?;
    Ok(Judgement { sandbox: tier, ..judgement })
}

fn judgement(
    bench: &Bench,
    exercise: &Exercise,
    given: Given<'_>,
    options: Options<'_>,
    report: &mut dyn FnMut(Step),
) -> Result<Judgement, Error> {
    let text = match deeply(|| lint::lint(exercise, given.name, given.bytes)) {
        Ok(text) => text,
        Err(rejection) => return Ok(Judgement::rejected(&exercise.id, rejection)),
    };
    let mut ms = Milliseconds::default();
    let mut results = Vec::new();
    let mut first_failure: Option<Judgement> = None;
    for &engine in &exercise.manifest.engines {
        let text = Text { source: Source { name: given.name, text }, in_its_place: given.in_its_place };
        let prepared = match prepare_with(bench, exercise, engine, text, options, &mut ms, report)? {
            Ok(prepared) => prepared,
            Err(rejection) => return Ok(Judgement { ms, ..Judgement::rejected(&exercise.id, rejection) }),
        };
        let Prepared { program, scenarios, .. } = &prepared;
        let started = Instant::now();
        let ran = run::run(exercise, engine, program, scenarios, options)?;
        ms.run += millis(started.elapsed());
        for run::Ran { result, mut record } in ran {
            let failed = result.verdict != Verdict::Passed;
            results.push(result);
            if failed && first_failure.is_none() {
                let started = Instant::now();
                record = simplest::simplest(engine, program, exercise, record)?;
                ms.run += millis(started.elapsed());
                if let Some(trace) = &mut record.trace {
                    prepared.names.give(trace);
                }
                first_failure = Some(Judgement::ended(&exercise.id, engine, record, Vec::new()));
            }
        }
        let believed = given.in_its_place || results.iter().all(|result| result.verdict != Verdict::Passed);
        if !believed && let Some(record) = canary::freed(exercise, program, &scenarios[0])? {
            // Nothing that this program says counts.
            return Ok(Judgement { ms, ..Judgement::ended(&exercise.id, engine, record, Vec::new()) });
        }
        if first_failure.is_some() && !options.every_scenario {
            break;
        }
    }
    Ok(match first_failure {
        Some(failure) => Judgement { ms, scenarios: results, ..failure },
        None => Judgement { ms, ..Judgement::passed(&exercise.id, results) },
    })
}

/// A program that is ready to run scenarios.
struct Prepared {
    program: compile::Program,
    scenarios: Vec<Scenario>,
    names: Names,
}

/// Compiles a text that the lint has accepted.
fn prepare(
    bench: &Bench,
    exercise: &Exercise,
    engine: Engine,
    text: Text<'_>,
    ms: &mut Milliseconds,
    report: &mut dyn FnMut(Step),
) -> Result<Result<Prepared, Rejection>, Error> {
    prepare_with(bench, exercise, engine, text, Options { jobs: 2, ..Options::default() }, ms, report)
}

/// As [`prepare`], with options.
fn prepare_with(
    bench: &Bench,
    exercise: &Exercise,
    engine: Engine,
    text: Text<'_>,
    options: Options<'_>,
    ms: &mut Milliseconds,
    report: &mut dyn FnMut(Step),
) -> Result<Result<Prepared, Rejection>, Error> {
    let world = bench.ready_world(Needs::of(exercise, engine), report)?;
    let hidden = Hidden::read(bench, &exercise.hidden(engine))?;
    let private = options.overlay.map(|overlay| exercise.hidden_in(overlay, engine));
    let private = private.filter(|path| path.is_file()).map(|path| Hidden::read(bench, &path)).transpose()?;
    let tests = std::iter::once(&hidden).chain(&private);
    let scenarios: Vec<_> = tests.clone().flat_map(|hidden| hidden.scenarios.iter().cloned()).collect();
    if let Some(twice) = (1..scenarios.len()).find(|&i| scenarios[..i].iter().any(|s| s.name == scenarios[i].name)) {
        return Err(Error::new(format!("there are two scenarios `{}`", scenarios[twice].name)));
    }
    let job = Job {
        workspace: &bench.workspace,
        toolchain: &bench.toolchain,
        world: &world,
        exercise,
        source: text.source,
        in_its_place: text.in_its_place,
        hidden: &hidden,
        private: private.as_ref(),
        sandbox: bench.sandbox.as_ref(),
        edits_follow: options.edits_follow,
        alone: options.jobs > 1,
    };
    let started = Instant::now();
    let names = Names::of(std::iter::once(job.source).chain(tests.map(Hidden::source)));
    let compiled = std::thread::scope(|scope| {
        if job.alone {
            // The compiler leaves a processor for it.
            scope.spawn(|| names.read());
        }
        compile::compile(&job)
    });
    ms.compile += millis(started.elapsed());
    Ok(compiled?.map(|program| Prepared { program, scenarios, names }))
}

/// A file of hidden tests.
pub(crate) struct Hidden {
    /// As compilers are given it.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) scenarios: Vec<Scenario>,
}

impl Hidden {
    fn read(bench: &Bench, path: &Path) -> Result<Self, Error> {
        let read = std::fs::read_to_string(bench.workspace.root().join(path));
        let text = read.map_err(|error| Error::io("read", path, error))?;
        let scenarios = scenarios(&text).map_err(|error| Error::new(format!("{}: {error}", path.display())))?;
        Ok(Hidden { name: path.to_string_lossy().into_owned(), text, scenarios })
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source { name: &self.name, text: &self.text }
    }
}
