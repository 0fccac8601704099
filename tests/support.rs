//! What the tests of the repository share.

#[cfg(unix)]
pub mod terminal;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use exercise::{Catalogue, Exercise};
use judge::{Bench, Workspace};
use sandbox::Sandbox;
use tempfile::TempDir;

/// The checkout that is tested.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is a folder of the repository")
}

/// What judging needs, for the checkout that is tested.
pub fn bench() -> Bench {
    Bench::new(Workspace::new(root())).expect("the repository can be judged")
}

/// Every sandbox that this machine has.
#[cfg(target_os = "linux")]
pub fn sandboxes() -> Vec<Sandbox> {
    let launcher = bench().ready_tool("sandbox", &mut |_| {}).expect("the launcher can be built");
    let (working, refusals) = Sandbox::available(&launcher);
    assert!(!working.is_empty(), "there is no sandbox on this machine: {refusals:?}");
    working
}

/// An exercise of the checkout that is tested.
pub fn exercise(name: &str) -> Exercise {
    let catalogue = Catalogue::read(root()).expect("the exercises can be read");
    let id = catalogue.find(name).expect("the exercise exists");
    catalogue.exercise(id).expect("its manifest can be read")
}

/// All exercises of the checkout that is tested.
pub fn exercises() -> Vec<Exercise> {
    let catalogue = Catalogue::read(root()).expect("the exercises can be read");
    let read = |id| catalogue.exercise(id).expect("its manifest can be read");
    catalogue.ids().iter().map(read).collect()
}

/// The command line, built as `cargo xtask` builds it.
pub fn xtask() -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
        let output = Command::new(cargo)
            .args(["build", "--quiet", "--package", "xtask", "--message-format=json"])
            .current_dir(root())
            .output()
            .expect("cargo can be run");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let messages = String::from_utf8(output.stdout).expect("cargo writes UTF-8");
        let mut executables = messages.lines().filter_map(|line| {
            let message: serde_json::Value = serde_json::from_str(line).ok()?;
            message["executable"].as_str().map(PathBuf::from)
        });
        executables.next_back().expect("xtask is a program")
    });
    let mut command = Command::new(&*PROGRAM);
    command.current_dir(root());
    command
}

/// How a command ended, for a snapshot: its status and what it wrote.
pub fn ending(command: &mut Command) -> String {
    let output = command.output().expect("the command can be run");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it writes UTF-8");
    let mut ending = format!("status {}\n", output.status.code().expect("it exits"));
    for (name, text) in [("stdout", text(&output.stdout)), ("stderr", text(&output.stderr))] {
        if !text.is_empty() {
            ending.push_str(&format!("--- {name}\n{text}"));
        }
    }
    ending
}

/// Copies a folder. Files keep the time of their last change, so that cargo builds them once.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be created");
    for entry in std::fs::read_dir(from).expect("a folder can be listed") {
        let entry = entry.expect("a folder can be listed");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            std::fs::copy(&from, &to).expect("a file can be copied");
            let changed = from.metadata().and_then(|meta| meta.modified()).expect("a file has a time");
            let file = std::fs::File::options().write(true).open(&to).expect("a copy can be opened");
            file.set_modified(changed).expect("a copy can be given its time");
        }
    }
}

/// Makes a folder of the checkout that is tested one of a copy, too.
fn link(folder: &Path, place: &Path) {
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder, place).expect("a folder can be linked to");
    #[cfg(not(unix))]
    copy(folder, place);
}

/// A place in a copy, after what is there has been removed.
fn cleared(checkout: &Path, name: &str) -> PathBuf {
    let place = checkout.join(name);
    match place.symlink_metadata() {
        Ok(there) if there.is_dir() => std::fs::remove_dir_all(&place),
        Ok(_) => std::fs::remove_file(&place),
        Err(_) => Ok(()),
    }
    .expect("files of the checkout can be replaced");
    place
}

/// A copy of what the checker needs, in a folder of its own, for a learner who starts from scratch. It stays from one
/// test run to the next, so that the worlds are not built each time. Tests that use the same copy take turns.
pub fn checkout(folder: &Path, name: &str) -> PathBuf {
    let checkout = folder.join(name);
    for name in ["exercises", "solutions", ".cargo"] {
        copy(&root().join(name), &cleared(&checkout, name));
    }
    // Cargo takes a package for the one at the same place in another checkout that it builds in the same directory: the
    // next change of a crate in the one would not be seen if the other had files of its own.
    for name in ["crates", "xtask", "tests"] {
        link(&root().join(name), &cleared(&checkout, name));
    }
    for name in ["Cargo.toml", "Cargo.lock"] {
        std::fs::copy(root().join(name), checkout.join(name)).expect("files of the checkout can be replaced");
    }
    let progress = checkout.join("progress.toml");
    if progress.exists() {
        std::fs::remove_file(progress).expect("files of the checkout can be replaced");
    }
    checkout
}

/// The command line, for a copy that [`checkout`] made. It builds in the directory of the checkout that is tested.
pub fn xtask_in_checkout(checkout: &Path) -> Command {
    let mut command = xtask();
    command.current_dir(checkout).env("CARGO_TARGET_DIR", target());
    command
}

/// The directory that is built in.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Sends a signal to a process, `-TERM` for instance, as its terminal or a session's end does.
#[cfg(unix)]
pub fn send(signal: &str, id: u32) {
    assert!(Command::new("kill").args([signal, &id.to_string()]).status().expect("kill can be run").success());
}

/// A small repository, in which nothing can be judged.
pub fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be created");
    copy(&root().join("tests/fixtures/repository"), folder.path());
    folder
}

/// Lets tests that look at all processes of the machine take turns.
pub fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The processes that run a program below `folder`.
#[cfg(target_os = "linux")]
pub fn running_below(folder: &Path) -> Vec<PathBuf> {
    let processes = std::fs::read_dir("/proc").expect("there is /proc");
    let programs = processes.filter_map(|process| std::fs::read_link(process.ok()?.path().join("exe")).ok());
    programs.filter(|program| program.starts_with(folder)).collect()
}
