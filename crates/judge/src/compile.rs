//! rustc on the learner's file and on the hidden tests.

mod contract;
mod equality;
mod interface;
mod kept;
mod objects;
pub(crate) mod rustc;
mod unmodelled;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use exercise::Exercise;
use kata_trace::{Budget, Verdict};
use sandbox::Sandbox;

use self::rustc::{Run, rustc};
use crate::deep::deeply;
use crate::excerpt::{Source, complain_at_large};
use crate::room::Room;
use crate::scenario::Scenario;
use crate::slot::Slot;
use crate::verdict::Rejection;
use crate::world::{LINKED, World};
use crate::{Error, Hidden, Toolchain, Workspace};

/// What is compiled, and with what.
pub(crate) struct Job<'a> {
    pub(crate) workspace: &'a Workspace,
    pub(crate) toolchain: &'a Toolchain,
    pub(crate) world: &'a World,
    pub(crate) exercise: &'a Exercise,
    /// The learner's file.
    pub(crate) source: Source<'a>,
    /// Whether that file says what is judged.
    pub(crate) in_its_place: bool,
    /// The hidden tests.
    pub(crate) hidden: &'a Hidden,
    /// Those that an instructor has added.
    pub(crate) private: Option<&'a Hidden>,
    pub(crate) sandbox: Option<&'a Sandbox>,
    /// Whether it pays to keep what the next compilation can use again.
    pub(crate) edits_follow: bool,
    /// Whether nothing else is judged meanwhile, so that there are processors for more than one thread.
    pub(crate) alone: bool,
}

/// To divide a crate among threads costs more processor time than it saves where other programs wait for it.
const UNDIVIDED: &str = "-Ccodegen-units=1";

/// The scenario that no program holds: the first one of the hidden tests, and a panic after it.
pub(crate) const CANARY: &str = "the canary";

/// A program that runs scenarios. Nobody replaces its file while this lives.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) path: PathBuf,
    /// Where it runs.
    pub(crate) room: Room,
    /// What it is loaded with, besides what the system has.
    libraries: Vec<PathBuf>,
    _slot: Slot,
}

impl Program {
    /// The command that runs it.
    pub(crate) fn command(&self, budget: &Budget) -> Command {
        self.room.scenarios(&self.path, &self.libraries, budget)
    }
}

/// Compiles the learner's file against the world, and the hidden tests against both.
pub(crate) fn compile(job: &Job<'_>) -> Result<Result<Program, Rejection>, Error> {
    let slot = Slot::take(job.workspace, &job.exercise.id, job.world.engine)?;
    let room = Room::of(job, &slot)?;
    let library = room.learners_folder().join(format!("lib{}.rlib", job.exercise.id.crate_name()));
    let mut learner = job.learner(&room);
    learner.with_world(&job.world.facades).arg("-o").arg(&library);
    if job.is_incremental() {
        learner.incremental(&slot);
    }
    let (run, key) = std::thread::scope(|scope| {
        // The compiler leaves a processor for it.
        let asked = job.edits_follow && job.world.linked.is_some();
        let key = scope.spawn(move || if asked { deeply(|| objects::key(job)) } else { None });
        let run = rustc(&mut learner, &room, "");
        (run, key.join().expect("reading sources does not panic"))
    });
    let run = run?;
    if let Some(rejection) = unmodelled::noted(job, &run) {
        return Ok(Err(rejection));
    }
    if !run.success {
        return Ok(Err(why_not(job, &run, &room)?));
    }
    if !job.in_its_place
        && let Some(rejection) = equality::check(job, &room, &library)?
    {
        return Ok(Err(rejection));
    }
    let path = slot.folder().join("scenarios").with_extension(std::env::consts::EXE_EXTENSION);
    if let Some(linked) = &job.world.linked {
        match objects::program(job, &room, linked, &library, key, &slot, &path)? {
            Ok(true) => {
                let libraries = vec![linked.library.clone()];
                return Ok(Ok(Program { path, room, libraries, _slot: slot }));
            }
            Ok(false) => {}
            Err(rejection) => return Ok(Err(rejection)),
        }
    }
    let run = rustc(job.main(&library, &room, &slot).arg("-o").arg(&path), &room, &job.main_text())?;
    if !run.success {
        return Ok(Err(deeply(|| contract::broken(job, &run))?));
    }
    Ok(Ok(Program { path, room, libraries: Vec::new(), _slot: slot }))
}

/// The world refuses the file: so does the real `std`, or the world lacks something.
fn why_not(job: &Job<'_>, with_world: &Run, room: &Room) -> Result<Rejection, Error> {
    if with_world.stopped.is_some() {
        return Ok(compile_error(with_world));
    }
    let mut command = job.learner(room);
    // Stand-ins for other crates do without a world, too.
    let others: BTreeMap<_, _> = (job.world.facades.iter())
        .filter(|(name, _)| *name != "std")
        .map(|(name, path)| (name.clone(), path.clone()))
        .collect();
    command.with_world(&others);
    command.arg("--emit=metadata").arg("--out-dir").arg(room.learners_folder());
    let run = rustc(&mut command, room, "")?;
    if run.success {
        return Ok(unmodelled::unnoted(job, with_world));
    }
    Ok(compile_error(&run))
}

fn compile_error(run: &Run) -> Rejection {
    let mut diagnostics: Vec<_> = run.errors().map(rustc::Message::diagnostic).collect();
    if let Some(stopped) = &run.stopped {
        let message = format!("the compiler did not finish with this file: {stopped}");
        diagnostics.push(complain_at_large(&message, Some("a macro or a constant that never ends?")));
    }
    let message = diagnostics.first().map_or_else(|| "rustc rejects the file".to_owned(), |d| d.message.clone());
    Rejection { verdict: Verdict::CompileError, message, diagnostics }
}

impl Job<'_> {
    fn root(&self) -> &Path {
        self.workspace.root()
    }

    /// Whether the compiler keeps what it can use again.
    fn is_incremental(&self) -> bool {
        self.in_its_place && self.edits_follow
    }

    fn rustc(&self, mut command: Command, crate_type: &str, crate_name: &str) -> Command {
        command.args(["--edition=2024", "--crate-type", crate_type, "--crate-name", crate_name]);
        command.args(["-Cdebuginfo=0", "-Cembed-bitcode=no"]);
        command
    }

    /// The learner's file, without a world.
    fn learner(&self, room: &Room) -> Command {
        let mut command = self.rustc(room.learners_compiler(), "lib", &self.exercise.id.crate_name());
        command.args(["-Awarnings", "--force-warn=deprecated"]);
        if !self.alone {
            command.arg(UNDIVIDED);
        }
        // The lint has made sure that there is no `unsafe`; a file that speaks of this lint may set it as it likes.
        if !self.exercise.manifest.allow_unsafe && !self.source.text.contains("unsafe_code") {
            command.arg("-Funsafe-code");
        }
        room.text(&mut command, self.source.name);
        command.arg(option("-Ldependency=", &self.world.dependencies));
        command
    }

    /// The program that runs a scenario.
    fn main(&self, library: &Path, room: &Room, slot: &Slot) -> Command {
        let mut command = self.rustc(room.compiler(), "bin", "scenarios");
        // What it prints when it panics names places itself, and needs no backtrace.
        command.args(["-", "--cap-lints=allow", "-Cstrip=debuginfo"]);
        // The linker's own optimisations cost more than the runs gain.
        if cfg!(target_os = "linux") {
            command.arg("-Clink-arg=-Wl,-O0");
        }
        if self.is_incremental() {
            // From one check to the next only the learner's library changes: what was compiled of the hidden tests stays.
            command.incremental(slot);
        }
        // Fewer objects than rustc makes of an incremental compilation are linked sooner.
        command.arg(if self.alone { "-Ccodegen-units=16" } else { UNDIVIDED });
        command.arg(option("-Ldependency=", &self.world.dependencies));
        command.with_world(&self.world.facades).with_world(&self.world.backstage);
        command.with_world(&BTreeMap::from([(self.exercise.id.crate_name(), library.to_owned())]));
        if let Some(linked) = &self.world.linked {
            linked.options(&mut command);
        }
        command
    }

    fn main_text(&self) -> String {
        let modules = || [("scenarios", Some(self.hidden)), ("private_scenarios", self.private)].into_iter();
        let mut text = String::new();
        for (module, hidden) in modules() {
            if let Some(hidden) = hidden {
                let _ = writeln!(text, "#[path = {:?}]\nmod {module};", hidden.name);
            }
        }
        if self.world.linked.is_some() {
            let _ = writeln!(text, "extern crate {LINKED} as _;");
        }
        text.push_str("fn main() {\n    ::kata_world::main(&[\n");
        for (module, hidden) in modules() {
            for Scenario { name, .. } in hidden.map_or(&[][..], |hidden| &hidden.scenarios) {
                let _ =
                    writeln!(text, "        ::kata::harness::Scenario {{ name: {name:?}, run: {module}::{name} }},");
            }
        }
        let _ = writeln!(text, "        ::kata::harness::Scenario {{ name: {CANARY:?}, run: canary }},");
        text.push_str("    ]);\n}\n");
        // What has learned to keep a scenario from failing keeps this one from it, too.
        if let Some(Scenario { name, .. }) = self.hidden.scenarios.first() {
            let _ = writeln!(text, "fn canary() {{ scenarios::{name}(); panic!(\"{CANARY}\"); }}");
        }
        text
    }
}

trait Options {
    /// Makes crates known by these names.
    fn with_world(&mut self, crates: &BTreeMap<String, PathBuf>) -> &mut Self;
    /// Keeps what it can for the next compilation in the same slot.
    fn incremental(&mut self, slot: &Slot) -> &mut Self;
}

impl Options for Command {
    fn incremental(&mut self, slot: &Slot) -> &mut Self {
        self.arg(option("-Cincremental=", &slot.folder().join("incremental")))
    }

    fn with_world(&mut self, crates: &BTreeMap<String, PathBuf>) -> &mut Self {
        externs(self, crates);
        self
    }
}

/// Makes crates known by these names.
pub(crate) fn externs(command: &mut Command, crates: &BTreeMap<String, PathBuf>) {
    command.args(crates.iter().map(|(name, path)| option(&format!("--extern={name}="), path)));
}

/// An option that ends in a path, which need not be text.
pub(crate) fn option(text: &str, path: &Path) -> OsString {
    let mut option = OsString::from(text);
    option.push(path);
    option
}
