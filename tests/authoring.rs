//! An author's first minutes.

use std::path::Path;

use insta::assert_snapshot;
use repo_tests::{alone, checkout, ending, xtask_in_checkout};

#[test]
fn a_new_exercise_is_judged_and_says_what_it_lacks() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "authoring");
    let run = |arguments: &[&str]| ending(xtask_in_checkout(&checkout).args(arguments));
    assert_snapshot!(run(&["new", "66-my-pitfall", "--track", "messages"]), @"
    status 0
    --- stdout
    exercises/66-my-pitfall and solutions/66-my-pitfall are there, and compile
    `cargo xtask verify 66-my-pitfall` says what is missing
    ");
    let output = xtask_in_checkout(&checkout).args(["verify", "66", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&answer["programs"], &answer["deviations"]), (&4.into(), &0.into()), "{answer}");
    let missing = answer["missing"]["66-my-pitfall"].as_array().unwrap();
    for line in [
        "exercises/66-my-pitfall/README.md:1: the title",
        "right fixes that are built in another way than the reference: 1 of 2",
        "wrong fixes that tempt people: 1 of 4",
    ] {
        assert!(missing.iter().any(|other| other == line), "{line} is not in {missing:?}");
    }
    assert!(run(&["list", "--track", "messages"]).contains("66-my-pitfall"));
}

#[test]
fn a_number_that_is_taken_and_a_name_that_is_no_id_are_refused() {
    let _alone = alone();
    let checkout = checkout(Path::new(env!("CARGO_TARGET_TMPDIR")), "authoring");
    let run = |arguments: &[&str]| ending(xtask_in_checkout(&checkout).args(arguments));
    assert_snapshot!(run(&["new", "03-another"]), @"
    status 2
    --- stderr
    error: 03-deadlock has this number already
    ");
    assert_snapshot!(run(&["new", "my-pitfall"]), @"
    status 2
    --- stderr
    error: invalid value 'my-pitfall' for '<ID>': an id is a number of two digits at least, and a slug: 66-my-pitfall

    For more information, try '--help'.
    ");
}
