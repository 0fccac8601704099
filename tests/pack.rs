//! What is in the kits, and what is not.

use std::path::{Path, PathBuf};

use assignment::Assignment;
use exercise::Catalogue;
use insta::assert_snapshot;
use pack::{Kit, classroom, gradescope, purpose, student};
use repo_tests::{root, xtask};
use tempfile::TempDir;

fn catalogue() -> Catalogue {
    Catalogue::read(root()).unwrap()
}

/// An assignment with private scenarios.
fn assignment(folder: &TempDir) -> Assignment {
    let private = folder.path().join("own/03-deadlock/hidden");
    std::fs::create_dir_all(&private).unwrap();
    std::fs::write(private.join("shuttle.rs"), "pub fn nothing_is_free() {}\n").unwrap();
    let text = "title = \"Locks\"\noverlay = \"own\"\n\n[[exercise]]\nid = \"03-deadlock\"\npoints = 10\n\n[[exercise]]\nid = \"1\"\n";
    let file = folder.path().join("locks.toml");
    std::fs::write(&file, text).unwrap();
    Assignment::read(&file, &catalogue()).unwrap()
}

fn below<'a>(kit: &'a Kit, folder: &str) -> impl Iterator<Item = &'a Path> + use<'a> {
    let folder = PathBuf::from(folder);
    kit.paths().filter(move |path| path.starts_with(&folder))
}

fn archive(kit: &Kit) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kit.zip");
    kit.write_archive(&file).unwrap();
    std::fs::read(file).unwrap()
}

#[test]
fn a_student_gets_every_exercise_and_no_solution() {
    let kit = student(root(), &catalogue()).unwrap();
    for id in catalogue().ids() {
        let starter = PathBuf::from("katas/solutions").join(id.as_str()).join("starter.rs");
        let source = PathBuf::from("katas/exercises").join(id.as_str()).join("src/lib.rs");
        assert_eq!(kit.text(&source), kit.text(&starter), "{id}");
        assert!(kit.text(source).is_some(), "{id}");
    }
    assert_eq!(below(&kit, "katas").count(), kit.paths().count());
    assert!(below(&kit, "katas/solutions").all(|path| path.ends_with("starter.rs")));
    let others = ["tests", "target", ".git", ".github", "progress.toml"];
    assert_eq!(others.map(|folder| below(&kit, &format!("katas/{folder}")).count()), [0; 5]);
}

#[test]
fn the_readme_of_a_kit_tells_of_nothing_that_is_not_there() {
    let kit = student(root(), &catalogue()).unwrap();
    let readme = kit.text("katas/README.md").unwrap();
    for gone in ["solution 3", "solutions/", "cargo test", "tests/", "pack student"] {
        assert!(!readme.contains(gone), "{gone}");
    }
    for left in ["cargo xtask check 3", "`exercises/`", "## Licence"] {
        assert!(readme.contains(left), "{left}");
    }
}

#[test]
fn an_autograder_that_would_have_to_know_the_time_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("late.toml");
    let text = "title = \"Late\"\ntime = \"roster\"\ndeadline = \"2026-11-20T18:00:00+01:00\"\n\n[late]\nper-day = 0.1\n\n\
                [[exercise]]\nid = \"3\"\n";
    std::fs::write(&file, text).unwrap();
    let assignment = Assignment::read(&file, &catalogue()).unwrap();
    let error = gradescope(root(), &catalogue(), &assignment, false).unwrap_err();
    assert_snapshot!(error.to_string(), @"an autograder is not told when something was handed in: take `late` out of the assignment, and let Gradescope take off what being late costs");
}

#[test]
fn the_same_repository_gives_the_same_archive() {
    let kit = || archive(&student(root(), &catalogue()).unwrap());
    assert!(kit() == kit());
}

#[test]
fn the_kit_of_a_student_is_a_workspace_that_cargo_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let kit = student(root(), &catalogue()).unwrap();
    for path in kit.paths() {
        let copy = folder.path().join(path);
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::write(copy, kit.text(path).unwrap()).unwrap();
    }
    let mut cargo = std::process::Command::new(std::env::var_os("CARGO").unwrap());
    let cargo = cargo.args(["metadata", "--offline", "--no-deps", "--format-version", "1"]);
    let katas = folder.path().join("katas");
    let output = cargo.current_dir(&katas).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let solution = xtask().current_dir(&katas).args(["solution", "3", "--yes"]).output().unwrap();
    assert_snapshot!(String::from_utf8(solution.stderr).unwrap(), @"error: this copy of the katas came without solutions");
    assert_eq!(solution.status.code(), Some(2));
}

#[test]
fn an_autograder_has_what_a_bare_container_needs() {
    let folder = tempfile::tempdir().unwrap();
    let kit = gradescope(root(), &catalogue(), &assignment(&folder), false).unwrap();
    assert_eq!(kit.text("exercises"), Some("03-deadlock\n01-lost-update\n"));
    assert_eq!(kit.text("private/03-deadlock/hidden/shuttle.rs"), Some("pub fn nothing_is_free() {}\n"));
    assert!(kit.text("assignment.toml").unwrap().contains("overlay = \"private\""));
    assert_eq!(kit.text("sandbox"), Some(""));
    for path in ["setup.sh", "run_autograder", "katas/Cargo.toml", "katas/solutions/03-deadlock/lib.rs"] {
        assert!(kit.text(path).is_some(), "{path}");
    }
    let insecure = gradescope(root(), &catalogue(), &assignment(&folder), true).unwrap();
    assert_eq!(insecure.text("sandbox"), Some("--insecure-no-sandbox\n"));
}

#[test]
fn a_classroom_checks_each_exercise_and_reports_its_points() {
    let folder = tempfile::tempdir().unwrap();
    let kit = classroom(root(), &catalogue(), &assignment(&folder)).unwrap();
    assert!(below(&kit, "solutions").all(|path| path.ends_with("starter.rs")));
    assert_eq!(kit.paths().filter(|path| path.starts_with("private") || path.ends_with("own")).count(), 0);
    assert_snapshot!(kit.text(".github/workflows/classroom.yml").unwrap());
}

#[test]
fn an_assignment_without_exercises_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.toml");
    std::fs::write(&file, "title = \"Nothing\"\n").unwrap();
    let error = purpose(&file, &catalogue()).unwrap_err().to_string();
    assert_snapshot!(error.replace(&folder.path().display().to_string(), "."), @"./empty.toml names no exercise: a kit has to know what it is for");
}
