//! A template repository for [GitHub Classroom](https://docs.github.com/en/education/manage-coursework-with-github-classroom):
//! the kit for students, and a workflow that checks each exercise of an assignment and reports its points.

use std::fmt::Write as _;
use std::path::Path;

use assignment::{Assignment, Task};
use exercise::Catalogue;

use crate::{Kit, repository};

/// The longest that a check takes, in minutes, with everything that is built before the first one.
const MINUTES: u32 = 15;

/// A template repository for an assignment. Students can change everything in it: what counts is graded from their
/// checkouts, against a repository of one's own.
///
/// # Errors
/// The repository cannot be read.
pub fn classroom(root: &Path, catalogue: &Catalogue, assignment: &Assignment) -> anyhow::Result<Kit> {
    let mut kit = repository::without_solutions(root, catalogue)?;
    kit.put(".github/workflows/classroom.yml", workflow(assignment));
    Ok(kit)
}

fn workflow(assignment: &Assignment) -> String {
    let mut text = String::from(
        "name: Autograding Tests
on:
  - push
  - repository_dispatch
permissions:
  checks: write
  actions: read
  contents: read
jobs:
  run-autograding-tests:
    runs-on: ubuntu-latest
    if: github.actor != 'github-classroom[bot]'
    steps:
      - uses: actions/checkout@v4
",
    );
    for Task { id, points, .. } in &assignment.tasks {
        let _ = write!(
            text,
            "      - name: {id}
        id: kata-{id}
        uses: classroom-resources/autograding-command-grader@v1
        with:
          test-name: {id}
          command: cargo xtask check {id}
          timeout: {MINUTES}
          max-score: {points}
"
        );
    }
    text.push_str(
        "      - name: Autograding Reporter
        uses: classroom-resources/autograding-grading-reporter@v1
        env:
",
    );
    for Task { id, .. } in &assignment.tasks {
        let variable = format!("kata-{id}").to_uppercase();
        let _ = writeln!(text, "          {variable}_RESULTS: \"${{{{ steps.kata-{id}.outputs.result }}}}\"");
    }
    let runners: Vec<_> = assignment.tasks.iter().map(|task| format!("kata-{}", task.id)).collect();
    let _ = writeln!(text, "        with:\n          runners: {}", runners.join(","));
    text
}
