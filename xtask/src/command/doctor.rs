//! `doctor`: what could keep the checker from working.

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use exercise::{Engine, Exercise};
use judge::{Bench, Needs, Toolchain};

use crate::confinement;
use crate::exit::Outcome;
use crate::known::Known;
use crate::output::print;
use crate::report;
use crate::repository::Repository;

/// The oldest compiler that the katas are built with.
const OLDEST: &str = env!("CARGO_PKG_RUST_VERSION");

/// Below this, building the worlds may fill the disk.
const ROOM: u64 = 2 << 30;

/// One thing that was looked at.
#[derive(Debug)]
pub(crate) struct Symptom {
    /// What.
    pub(crate) what: &'static str,
    /// What was found.
    pub(crate) found: String,
    /// What to do, if it is not well.
    pub(crate) remedy: Option<String>,
}

/// Looks at everything, whatever fails, and says what to do.
pub(crate) fn doctor() -> anyhow::Result<Outcome> {
    let repository = Repository::find()?;
    let mut symptoms = Vec::new();
    match Toolchain::find() {
        Ok(toolchain) => {
            symptoms.push(compiler(&toolchain));
            symptoms.push(linker(&toolchain));
        }
        Err(error) => symptoms.push(ill("rustc", error.to_string(), "install Rust: https://rustup.rs")),
    }
    symptoms.push(room(&repository.root));
    symptoms.push(exercises(&repository));
    let all = repository.exercises();
    symptoms.extend(news(&repository, &all));
    symptoms.extend(conflicts(&repository, &all));
    if let Ok(bench) = repository.bench() {
        symptoms.extend(Engine::ALL.map(|engine| world(bench, &all, engine)));
        symptoms.push(sandbox(bench));
    }
    print(&report::symptoms(env!("CARGO_PKG_VERSION"), &symptoms))?;
    let well = symptoms.iter().all(|symptom| symptom.remedy.is_none());
    Ok(if well { Outcome::Passed } else { Outcome::NotPassed })
}

fn well(what: &'static str, found: impl Into<String>) -> Symptom {
    Symptom { what, found: found.into(), remedy: None }
}

fn ill(what: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Symptom {
    Symptom { what, found: found.into(), remedy: Some(remedy.into()) }
}

fn compiler(toolchain: &Toolchain) -> Symptom {
    let version = match toolchain.version() {
        Ok(version) => version,
        Err(error) => return ill("rustc", error.to_string(), "reinstall the toolchain"),
    };
    if is_older(&version, OLDEST) {
        return ill("rustc", version, format!("the katas need {OLDEST} or newer: rustup update"));
    }
    well("rustc", version)
}

/// Compares the numbers in `rustc 1.95.0 (…)` and `1.95`.
fn is_older(version: &str, oldest: &str) -> bool {
    let numbers = |text: &str| -> Vec<u32> {
        let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        let digits = number.unwrap_or_default().split(['.', '-']);
        digits.map_while(|part| part.parse().ok()).collect()
    };
    numbers(version) < numbers(oldest)
}

/// Compiles, links and runs a program that does nothing.
fn linker(toolchain: &Toolchain) -> Symptom {
    const REMEDY: &str =
        "install a C toolchain: Rust links with it (`apt install build-essential`, `xcode-select --install`)";
    let try_it = || {
        let folder = tempfile::tempdir().context("cannot create a temporary folder")?;
        let program = folder.path().join("nothing").with_extension(std::env::consts::EXE_EXTENSION);
        let mut rustc = Command::new(&toolchain.rustc);
        rustc.args(["--edition=2024", "--crate-name=nothing", "-", "-o"]).arg(&program);
        let mut child = rustc
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .context("cannot run rustc")?;
        child.stdin.take().context("it is piped")?.write_all(b"fn main() {}")?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        let first = said.lines().next().unwrap_or_default();
        anyhow::ensure!(output.status.success(), "cannot compile and link a program: {first}");
        let status = Command::new(&program).status().context("cannot run what was linked")?;
        anyhow::ensure!(status.success(), "what was linked does not run: {status}");
        Ok(())
    };
    match try_it() {
        Ok(()) => well("linker", "compiles, links and runs a program"),
        Err(error) => ill("linker", format!("{error:#}"), REMEDY),
    }
}

#[cfg(unix)]
fn room(root: &Path) -> Symptom {
    match rustix::fs::statvfs(root) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            #[allow(clippy::cast_precision_loss, reason = "one digit of gibibytes is shown")]
            let found = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
            if free < ROOM {
                return ill("disk", found, "make room: the worlds and their build take about 1 GiB");
            }
            well("disk", found)
        }
        Err(error) => ill("disk", error.to_string(), "make sure that the repository is on a disk that can be read"),
    }
}

#[cfg(not(unix))]
fn room(_root: &Path) -> Symptom {
    well("disk", "not looked at on this system")
}

fn exercises(repository: &Repository) -> Symptom {
    let ids = repository.catalogue.ids();
    match ids.iter().find_map(|id| repository.catalogue.exercise(id).err()) {
        Some(error) => ill("exercises", error.to_string(), "`git status` shows what has changed"),
        None => well("exercises", format!("{} found", ids.len())),
    }
}

/// What an update has brought since the learner's last checks. It is well as it is.
fn news(repository: &Repository, exercises: &[Exercise]) -> Vec<Symptom> {
    let known = Known::read(repository);
    let new = known.new_ones(repository);
    let new = (!new.is_empty()).then(|| well("new", new.join(", ")));
    let changed = known.changed_ones(&repository.root, exercises).into_iter().map(|(id, parts)| {
        let starter = if parts.contains(&"the starter") { ", `cargo xtask reset` takes the new starter" } else { "" };
        well("changed", format!("{id}: {}; your file is as it was{starter}", parts.join(", ")))
    });
    new.into_iter().chain(changed).collect()
}

/// The learner's files that a merge has left with both versions in them.
fn conflicts(repository: &Repository, exercises: &[Exercise]) -> Vec<Symptom> {
    let conflict = |exercise: &Exercise| {
        let file = exercise.source();
        let text = std::fs::read_to_string(repository.root.join(&file)).unwrap_or_default();
        let marked = text.lines().any(|line| line.starts_with("<<<<<<< "));
        let remedy = format!("edit it, or `cargo xtask reset {}`, which keeps your version", exercise.id);
        marked.then(|| ill("conflict", format!("{} has the marks of a merge conflict", file.display()), remedy))
    };
    exercises.iter().filter_map(conflict).collect()
}

/// Whether a world was built, with or without stand-ins for crates.
fn world(bench: &Bench, exercises: &[Exercise], engine: Engine) -> Symptom {
    let what = match engine {
        Engine::Shuttle => "shuttle world",
        Engine::Loom => "loom world",
        Engine::Real => "real world",
    };
    let with_crates = exercises.iter().filter(|exercise| exercise.manifest.engines.contains(&engine));
    let mut needs = with_crates.map(|exercise| Needs::of(exercise, engine)).chain([Needs::only(engine)]);
    if needs.any(|needs| bench.world(needs).is_some()) {
        return well(what, "built");
    }
    well(what, "not built; the first exercise that needs it builds it")
}

/// What could confine programs. It is well without: a learner's own file is nobody's enemy.
fn sandbox(bench: &Bench) -> Symptom {
    let known = confinement::known(bench).map(|known| known.join("; "));
    well("sandbox", known.unwrap_or_else(|| "not built; `grade` needs it and builds it".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_by_their_numbers() {
        assert!(!is_older("rustc 1.95.0 (59807616e 2026-04-14)", "1.95"));
        assert!(!is_older("rustc 1.100.0-nightly (x)", "1.95"));
        assert!(is_older("rustc 1.94.1", "1.95"));
        assert!(is_older("nonsense", "1.95"));
    }
}
