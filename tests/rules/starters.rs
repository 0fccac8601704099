use std::process::Command;

use repo_tests::{exercises, root};

#[test]
fn starters_compile_without_a_warning() {
    let toolchain = judge::Toolchain::find().unwrap();
    let folder = tempfile::tempdir().unwrap();
    // What a starter links besides std is cargo's to find: it is checked with the rest of the workspace.
    for exercise in exercises().iter().filter(|exercise| exercise.manifest.crates.is_empty()) {
        let mut rustc = Command::new(&toolchain.rustc);
        rustc.args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "-Dwarnings", "--out-dir"]);
        rustc.arg(folder.path()).arg(exercise.starter()).current_dir(root());
        let output = rustc.output().unwrap();
        assert!(output.status.success(), "{}: {}", exercise.id, String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_starter_is_a_page_or_two() {
    for exercise in exercises() {
        let lines = std::fs::read_to_string(root().join(exercise.starter())).unwrap().lines().count();
        assert!((40..=140).contains(&lines), "{} has {lines} lines", exercise.id);
    }
}
