use exercise::{FixKind, fixes};
use repo_tests::{exercises, root};

#[test]
fn every_exercise_has_all_its_parts() {
    for exercise in exercises() {
        let (folder, solutions) = (exercise.directory(), exercise.solutions());
        let mut parts: Vec<_> =
            ["README.md", "Cargo.toml", "src/main.rs"].iter().map(|part| folder.join(part)).collect();
        parts.extend(["README.md", "lib.rs", "starter.rs"].iter().map(|part| solutions.join(part)));
        for part in parts {
            assert!(root().join(&part).is_file(), "{} is missing", part.display());
        }
        let fixes = fixes(root(), &exercise).unwrap();
        let right = fixes.iter().filter(|fix| matches!(fix.kind, FixKind::Right { .. })).count();
        let wrong = fixes.iter().filter(|fix| matches!(fix.kind, FixKind::Wrong { .. })).count();
        assert!(right >= 2 && wrong >= 4, "{}: {right} further right fixes and {wrong} wrong ones", exercise.id);
    }
}

#[test]
fn a_package_has_the_name_of_its_exercise() {
    for exercise in exercises() {
        let manifest = std::fs::read_to_string(root().join(exercise.directory()).join("Cargo.toml")).unwrap();
        let name = format!("name = \"{}\"", exercise.id.slug());
        assert!(manifest.lines().any(|line| line == name), "{} does not say {name}", exercise.id);
    }
}
