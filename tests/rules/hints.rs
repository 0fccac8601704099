use exercise::Stage;
use repo_tests::exercises;

#[test]
fn every_exercise_has_a_hint_of_each_stage_from_the_gentlest_to_the_most_telling() {
    for exercise in exercises() {
        let hints = &exercise.manifest.hints;
        let stages: Vec<Stage> = hints.iter().filter(|hint| hint.verdicts.is_empty()).map(|hint| hint.stage).collect();
        assert_eq!(stages, Stage::ALL, "{}", exercise.id);
        assert!(hints.is_sorted_by_key(|hint| hint.stage), "{}: a later stage before an earlier one", exercise.id);
        assert!(hints.iter().all(|hint| hint.text.trim().len() > 40), "{}: a hint that says nothing", exercise.id);
    }
}
