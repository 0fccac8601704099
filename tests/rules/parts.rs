use repo_tests::{exercises, root};

#[test]
fn every_exercise_has_all_its_parts() {
    for exercise in exercises() {
        let missing = exercise::missing(root(), &exercise).unwrap();
        assert_eq!(missing, [""; 0], "{} is not finished", exercise.id);
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
